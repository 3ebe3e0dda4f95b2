import type {
  FilterChainMatchSchema,
  FilterChainSchema,
  ListenerFilterChainMatchPredicateSchema,
  ListenerFilterSchema,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { HttpInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { TlsInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { anyOf, type Init, type ListenerInit } from './resource.js';

/** What a transport is called that is not TLS. */
export const RAW_BUFFER = 'raw_buffer';

type ListenerFilter = Init<typeof ListenerFilterSchema>;
type Predicate = Init<typeof ListenerFilterChainMatchPredicateSchema>;
type Match = Init<typeof FilterChainMatchSchema>;
export type FilterChain = Omit<Init<typeof FilterChainSchema>, 'filterChainMatch'> & { filterChainMatch?: Match };

/** What the HTTP inspector calls HTTP without TLS. */
export const SNIFFED_HTTP: Match = { applicationProtocols: ['http/1.0', 'http/1.1', 'h2c'] };

/**
 * The same where TLS may come too, which also says by ALPN that HTTP is in it. Envoy does not go back on a choice: a chain that asks
 * for nothing is not found any more once there is one for the transport, so that it must be the listener's default.
 */
export const PLAINTEXT_HTTP: Match = { ...SNIFFED_HTTP, transportProtocol: RAW_BUFFER };

export function tlsInspector(): ListenerFilter {
  return {
    name: 'envoy.filters.listener.tls_inspector',
    configType: { case: 'typedConfig', value: anyOf(TlsInspectorSchema, {}) },
  };
}

/** @param ports where it looks; absent: everywhere */
export function httpInspector(ports?: readonly number[]): ListenerFilter {
  return {
    name: 'envoy.filters.listener.http_inspector',
    configType: { case: 'typedConfig', value: anyOf(HttpInspectorSchema, {}) },
    ...(ports ? { filterDisabled: elsewhere(ports) } : {}),
  };
}

function elsewhere(ports: readonly number[]): Predicate {
  const rules = ports.map(
    (port): Predicate => ({ rule: { case: 'destinationPortRange', value: { start: port, end: port + 1 } } }),
  );
  const here: Predicate = rules.length === 1 ? rules[0]! : { rule: { case: 'orMatch', value: { rules } } };
  return { rule: { case: 'notMatch', value: here } };
}

/**
 * The inspectors that the matches of a listener's chains need. They wait as long as the client says nothing, as Istio's do: a time limit
 * would take a slow client's HTTP for TCP.
 */
export function inspectionFor(
  chains: readonly FilterChain[],
): Pick<ListenerInit, 'listenerFilters' | 'listenerFiltersTimeout' | 'continueOnListenerFiltersTimeout'> {
  const matches = chains.map(({ filterChainMatch }) => filterChainMatch);
  const filters = [
    ...(matches.some((match) => match?.serverNames?.length) ? [tlsInspector()] : []),
    ...(matches.some((match) => match?.applicationProtocols?.length) ? [httpInspector()] : []),
  ];
  if (filters.length === 0) return {};
  return { listenerFilters: filters, ...NO_TIME_LIMIT };
}

export const NO_TIME_LIMIT = {
  listenerFiltersTimeout: { seconds: 0n, nanos: 0 },
  continueOnListenerFiltersTimeout: true,
} as const;
