import { matchesLabels } from '../../resources/labels/selector.js';
import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { groupBy } from '../group-by.js';
import { intersectHosts } from '../hostname.js';
import type { ProxyNode } from '../model/proxy.js';
import type { GatewayModel, GatewayServer, Mesh, RouteTable } from '../model/types.js';
import { narrowRoute } from '../model/view.js';
import { httpByRoutes } from './http-connection-manager.js';
import { ANY_ADDRESS, gatewayRoutes, listenerName } from './names.js';
import type { ListenerInit, RouteConfigurationInit } from './resource.js';
import { blockedVirtualHost, type EnvoyRoute, envoyRoutes, type VirtualHost } from './route.js';
import { addressOf } from './values.js';

/** The label by which Gateways of Istio's first releases chose the ingress: it means the ingress gateway of today. */
const OLDER_LABELS = { from: 'ingressgateway', to: 'ingress' } as const;

/** A server of a Gateway that this proxy is. */
export interface BoundServer {
  /** `namespace/name` */
  readonly gateway: string;
  readonly server: GatewayServer;
}

/** The servers that a gateway proxy serves, by port. */
export function serversByPort(mesh: Mesh, proxy: ProxyNode): ReadonlyMap<number, BoundServer[]> {
  const bound = mesh.gateways
    .filter((gateway) => isSelected(gateway, proxy))
    .flatMap(({ key, servers }) => servers.map((server) => ({ gateway: key, server })));
  return groupBy(bound, ({ server }) => server.port);
}

function isSelected({ selector }: GatewayModel, { labels }: ProxyNode): boolean {
  if (matchesLabels(selector, labels)) return true;
  const older = labels['istio'] === OLDER_LABELS.from ? { ...labels, istio: OLDER_LABELS.to } : labels;
  return matchesLabels(selector, older);
}

export function gatewayListener(proxy: ProxyNode, port: number): ListenerInit {
  const address = proxy.capture === 'none' ? proxy.ip : ANY_ADDRESS;
  return {
    name: listenerName(ANY_ADDRESS, port),
    address: addressOf(address, port),
    trafficDirection: TrafficDirection.OUTBOUND,
    filterChains: [
      { filters: [httpByRoutes(`outbound_${listenerName(ANY_ADDRESS, port)}`, gatewayRoutes(port), { edge: true })] },
    ],
  };
}

/** The route tables that hold at these servers. */
export function gatewayTables(mesh: Mesh, servers: readonly BoundServer[]): RouteTable[] {
  return mesh.routeTables.filter((table) => servers.some(({ gateway }) => table.gateways.includes(gateway)));
}

/** `http.80`. A host that several VirtualServices have gets the routes of all, those of the oldest first. */
export function gatewayRouteConfiguration(
  mesh: Mesh,
  proxy: ProxyNode,
  port: number,
  servers: readonly BoundServer[],
): RouteConfigurationInit {
  const routesByHost = new Map<string, EnvoyRoute[]>();
  for (const table of gatewayTables(mesh, servers)) {
    const routes = routesAt(mesh, proxy, table, port, servers);
    if (routes.length === 0) continue;
    for (const host of hostsAt(table, servers)) routesByHost.set(host, [...(routesByHost.get(host) ?? []), ...routes]);
  }
  const virtualHosts: VirtualHost[] = [...routesByHost].map(([host, routes]) => ({
    name: `${host}:${port}`,
    domains: [host],
    routes,
  }));
  const name = `blackhole:${port}`;
  const rest = routesByHost.has('*')
    ? []
    : [blockedVirtualHost(name, 'no VirtualService or Ingress of this gateway has this host\n')];
  return { name: gatewayRoutes(port), virtualHosts: [...virtualHosts, ...rest], ignorePortInHostMatching: true };
}

function routesAt(
  mesh: Mesh,
  proxy: ProxyNode,
  table: RouteTable,
  port: number,
  servers: readonly BoundServer[],
): EnvoyRoute[] {
  const gateways = new Set(servers.map(({ gateway }) => gateway).filter((gateway) => table.gateways.includes(gateway)));
  return table.routes.flatMap((route) => {
    for (const gateway of gateways) {
      const narrowed = narrowRoute(route, table, { proxy, gateway, port });
      if (narrowed) return envoyRoutes(mesh, narrowed, port, proxy);
    }
    return [];
  });
}

function hostsAt(table: RouteTable, servers: readonly BoundServer[]): Set<string> {
  const hosts = new Set<string>();
  for (const { gateway, server } of servers) {
    if (!table.gateways.includes(gateway)) continue;
    for (const { namespace, host } of server.hosts) {
      if (namespace !== '*' && namespace !== table.namespace) continue;
      for (const own of table.hosts) {
        const both = intersectHosts(own, host);
        if (both !== undefined) hosts.add(both);
      }
    }
  }
  return hosts;
}
