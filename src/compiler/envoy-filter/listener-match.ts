import type { ConfigMatch, FilterChainMatch } from '../../resources/istio/envoyfilter/types.js';
import type { FilterChain } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import type { Listener } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { VIRTUAL_INBOUND_LISTENER, VIRTUAL_OUTBOUND_LISTENER } from '../xds/names.js';

/** The listeners in which chains of many ports stand: there the port is the chain's. */
const SHARED_LISTENERS: ReadonlySet<string> = new Set([VIRTUAL_INBOUND_LISTENER, VIRTUAL_OUTBOUND_LISTENER]);

/** @param isWhole the patch is of the listener itself, not of something in it */
export function matchesListener(
  { listener: match }: ConfigMatch,
  { name, address }: Listener,
  isWhole = false,
): boolean {
  if (match === undefined) return true;
  if (match.name && match.name !== name) return false;
  if (!isWhole && SHARED_LISTENERS.has(name)) return true;
  if (!match.portNumber) return true;
  const socket = address?.address;
  return (
    socket?.case === 'socketAddress' &&
    socket.value.portSpecifier.case === 'portValue' &&
    socket.value.portSpecifier.value === match.portNumber
  );
}

/** Of a listener that matches. */
export function matchesChain({ listener: match }: ConfigMatch, { name }: Listener, chain: FilterChain): boolean {
  const wanted = SHARED_LISTENERS.has(name) ? match?.portNumber : undefined;
  if (wanted && chain.filterChainMatch?.destinationPort !== wanted) return false;
  return match?.filterChain === undefined || matchesChainMatch(match.filterChain, chain);
}

function matchesChainMatch(match: FilterChainMatch, { name, filterChainMatch: chain }: FilterChain): boolean {
  const { sni, transportProtocol, applicationProtocols, destinationPort } = match;
  return (
    (!match.name || match.name === name) &&
    (!sni || chain?.serverNames.includes(sni) === true) &&
    (!transportProtocol || chain?.transportProtocol === transportProtocol) &&
    (!applicationProtocols ||
      applicationProtocols.split(',').every((each) => chain?.applicationProtocols.includes(each) === true)) &&
    (!destinationPort || chain?.destinationPort === destinationPort)
  );
}

/** `filter` in the match of a network filter, and of the one in which an HTTP filter is. */
export function filterNamed({ listener }: ConfigMatch): { name?: string; subFilter?: { name?: string } } | undefined {
  return listener?.filterChain?.filter;
}

export function matchesFilter(match: ConfigMatch, name: string): boolean {
  const filter = filterNamed(match);
  return filter === undefined || filter.name === name;
}
