import { VirtualHost_TlsRequirementType as TlsRequirement } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { BoundServer, GatewayListenerModel } from '../model/gateway-listeners.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh, RouteTable } from '../model/types.js';
import { narrowRoute } from '../model/view.js';
import { sharedHosts, tablesOf } from './gateway-listeners.js';
import { gatewayRoutes, securedGatewayRoutes } from './names.js';
import type { RouteConfigurationInit } from './resource.js';
import { blockedVirtualHost, type EnvoyRoute, envoyRoutes, type VirtualHost } from './route.js';

/** `http.80` for all servers of plain HTTP, `https.443.…` for each that ends TLS. */
export function gatewayRouteConfigurations(
  mesh: Mesh,
  proxy: ProxyNode,
  { port, bind, servers }: GatewayListenerModel,
): RouteConfigurationInit[] {
  const plain = servers.filter(({ server }) => server.kind === 'http');
  const secured = servers.filter(({ server }) => server.kind === 'https');
  return [
    ...(plain.length > 0 ? [configuration(mesh, proxy, gatewayRoutes(port, bind), plain)] : []),
    ...secured.map((bound) => configuration(mesh, proxy, securedGatewayRoutes(bound), [bound])),
  ];
}

interface Host {
  readonly routes: EnvoyRoute[];
  readonly tables: Set<RouteTable>;
  redirects: boolean;
}

function configuration(
  mesh: Mesh,
  proxy: ProxyNode,
  name: string,
  servers: readonly BoundServer[],
): RouteConfigurationInit {
  const hosts = new Map<string, Host>();
  for (const bound of servers) addServer(hosts, mesh, proxy, bound);
  const port = servers[0]?.server.port ?? 0;
  const virtualHosts = [...hosts].map(
    ([host, { routes, redirects }]): VirtualHost => ({
      name: `${host}:${port}`,
      domains: [host],
      routes: catchAllsLast(routes),
      ...(redirects ? { requireTls: TlsRequirement.ALL } : {}),
    }),
  );
  const rest = hosts.has('*')
    ? []
    : [blockedVirtualHost(`blackhole:${port}`, 'no VirtualService or Ingress of this gateway has this host\n')];
  return { name, virtualHosts: [...virtualHosts, ...rest], ignorePortInHostMatching: true };
}

/** A host that several VirtualServices have gets the routes of all, in the order in which they hold. */
function addServer(hosts: Map<string, Host>, mesh: Mesh, proxy: ProxyNode, bound: BoundServer): void {
  const { server } = bound;
  for (const table of tablesOf(mesh, proxy, bound)) {
    const routes = routesAt(mesh, proxy, table, bound);
    if (routes.length === 0) continue;
    for (const name of sharedHosts(table, server)) {
      const host = hostOf(hosts, name);
      if (!host.tables.has(table)) host.routes.push(...routes);
      host.tables.add(table);
      host.redirects ||= server.httpsRedirect;
    }
  }
  if (server.httpsRedirect) for (const { host } of server.hosts) hostOf(hosts, host).redirects = true;
}

function hostOf(hosts: Map<string, Host>, name: string): Host {
  const known = hosts.get(name) ?? { routes: [], tables: new Set<RouteTable>(), redirects: false };
  hosts.set(name, known);
  return known;
}

function routesAt(mesh: Mesh, proxy: ProxyNode, table: RouteTable, { gateway, server }: BoundServer): EnvoyRoute[] {
  const where = { proxy, gateway: gateway.key, port: server.port };
  return table.routes.flatMap((route) => {
    const narrowed = narrowRoute(route, table, where);
    return narrowed ? envoyRoutes(mesh, narrowed, server.port, proxy) : [];
  });
}

/** So that what one VirtualService sends on whole does not hide what another one tells apart. */
function catchAllsLast(routes: readonly EnvoyRoute[]): EnvoyRoute[] {
  return [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)];
}

function takesAll({ match }: EnvoyRoute): boolean {
  const path = match?.pathSpecifier;
  const whole =
    (path?.case === 'prefix' && path.value === '/') || (path?.case === 'safeRegex' && path.value.regex === '.*');
  return whole && !match?.headers?.length && !match?.queryParameters?.length;
}
