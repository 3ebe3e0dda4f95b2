import type { FilterChain } from '../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import type { Listener } from '../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import type { RouteConfiguration } from '../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { HttpConnectionManagerSchema } from '../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import {
  type TcpProxy,
  TcpProxySchema,
} from '../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { type ProxyConfiguration, unpack } from './configuration.js';

const ANY_ADDRESS = '0.0.0.0';
const CAPTURE_LISTENER = 'virtualOutbound';

/** What a connection meets behind a listener. */
export type Way =
  | { readonly kind: 'http'; readonly routes: RouteConfiguration | undefined; readonly name: string }
  | { readonly kind: 'tcp'; readonly proxy: TcpProxy };

export interface ListenerChoice {
  readonly listener: Listener;
  readonly way: Way | undefined;
}

/**
 * The listener that takes a connection out of a workload: the one with that very address and port, else the one with the port, else
 * the one that captures everything.
 * @param address undefined where the caller's own name server says it
 */
export function outboundListener(
  config: ProxyConfiguration,
  address: string | undefined,
  port: number,
  serverName: string | undefined,
): ListenerChoice | undefined {
  const names = [...(address === undefined ? [] : [`${address}_${port}`]), `${ANY_ADDRESS}_${port}`, CAPTURE_LISTENER];
  return choose(config, names, serverName);
}

/** The listener of a gateway on a port. */
export function gatewayListener(
  config: ProxyConfiguration,
  port: number,
  serverName: string | undefined,
): ListenerChoice | undefined {
  return choose(config, [`${ANY_ADDRESS}_${port}`], serverName);
}

function choose(
  config: ProxyConfiguration,
  names: readonly string[],
  serverName: string | undefined,
): ListenerChoice | undefined {
  const listener = names.map((name) => config.listeners.get(name)).find((found) => found !== undefined);
  if (listener === undefined) return undefined;
  const chain = chainFor(listener, serverName);
  return { listener, way: chain && wayOf(chain, config) };
}

/** As a listener would find it for clear HTTP, or for TLS with a server name. */
function chainFor(listener: Listener, serverName: string | undefined): FilterChain | undefined {
  const chains = listener.filterChains;
  const fallback = listener.defaultFilterChain;
  const named = (chain: FilterChain): readonly string[] => chain.filterChainMatch?.serverNames ?? [];
  if (serverName !== undefined) {
    const bySpecificity = [serverName, ...parents(serverName)];
    for (const name of bySpecificity) {
      const found = chains.find((chain) => named(chain).includes(name));
      if (found !== undefined) return found;
    }
  }
  const unnamed = chains.filter((chain) => named(chain).length === 0);
  const isHttp = (chain: FilterChain): boolean =>
    (serverName === undefined) === (chain.filterChainMatch?.transportProtocol !== 'tls') &&
    chain.filters.some(({ configType }) => unpackHttp(configType) !== undefined);
  return unnamed.find(isHttp) ?? unnamed[0] ?? fallback;
}

/** `*.shop.example.com`, `*.example.com`, … */
function parents(name: string): string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, i) => `*.${parts.slice(i + 1).join('.')}`);
}

type ConfigType = FilterChain['filters'][number]['configType'];

function unpackHttp(configType: ConfigType) {
  return configType.case === 'typedConfig' ? unpack(configType.value, HttpConnectionManagerSchema) : undefined;
}

function wayOf(chain: FilterChain, config: ProxyConfiguration): Way | undefined {
  for (const { configType } of chain.filters) {
    const manager = unpackHttp(configType);
    if (manager?.routeSpecifier.case === 'rds') {
      const name = manager.routeSpecifier.value.routeConfigName;
      return { kind: 'http', routes: config.routes.get(name), name };
    }
    if (manager?.routeSpecifier.case === 'routeConfig') {
      const routes = manager.routeSpecifier.value;
      return { kind: 'http', routes, name: routes.name };
    }
    const proxy = configType.case === 'typedConfig' ? unpack(configType.value, TcpProxySchema) : undefined;
    if (proxy !== undefined) return { kind: 'tcp', proxy };
  }
  return undefined;
}
