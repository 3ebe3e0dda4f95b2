import { hostCovers } from '../hostname.js';
import { memo } from '../memo.js';
import { tableFor } from '../model/index-of.js';
import { mayBeHttp } from '../model/protocol.js';
import type { ProxyNode } from '../model/proxy.js';
import { MESH_GATEWAY } from '../model/routes.js';
import type { EgressScope, SidecarScope } from '../model/sidecar-scope.js';
import type { Mesh, RouteTable, Service, ServicePort } from '../model/types.js';
import { narrowRoute } from '../model/view.js';
import { domainsOf, hostForms, takeNew, withPort } from './domains.js';
import { hashPolicies } from './hash-policy.js';
import { HTTP_PROXY_ROUTES, inboundCluster, outboundCluster, sniffedRoutes } from './names.js';
import type { RouteConfigurationInit } from './resource.js';
import {
  blockedVirtualHost,
  defaultRoute,
  type EnvoyRoute,
  envoyRoutes,
  fallbackVirtualHost,
  inboundRoute,
  type VirtualHost,
} from './route.js';

const HTTP_PORT = 80;

export interface HttpPort {
  readonly service: Service;
  readonly port: ServicePort;
}

/** The ports on which services speak HTTP, by number. */
export function httpPorts(services: readonly Service[]): ReadonlyMap<number, HttpPort[]> {
  const byNumber = new Map<number, HttpPort[]>();
  for (const service of services) {
    for (const port of service.ports) {
      if (!mayBeHttp(port.protocol)) continue;
      const list = byNumber.get(port.number) ?? [];
      byNumber.set(port.number, list);
      list.push({ service, port });
    }
  }
  return byNumber;
}

/** The route configuration `8080`: every service with HTTP on that port, and what becomes of other hosts. */
export function outboundRoutes(
  view: RouteView,
  egress: EgressScope,
  number: number,
  ports: readonly HttpPort[],
): RouteConfigurationInit {
  const { mesh, proxy, scope } = view;
  const taken = new Set<string>();
  const domains = ({ service }: HttpPort) => domainsOf(service, proxy, mesh.config.clusterDomain, number);
  const hosts = [
    ...ports.map((port) => serviceHost(view, egress, port, takeNew(domains(port), taken))),
    ...ruleOnlyHosts(view, egress, number, taken),
  ].filter((host) => host.domains.length > 0);
  return { name: String(number), virtualHosts: [...hosts, fallbackVirtualHost(scope.outboundTrafficPolicy)] };
}

/** The route configuration `cart.shop.svc.cluster.local:8080`: whatever host HTTP to the service's own address names. */
export function sniffedServiceRoutes(view: RouteView, egress: EgressScope, port: HttpPort): RouteConfigurationInit {
  const name = sniffedRoutes(port.service.hostname, port.port.number);
  return { name, virtualHosts: [serviceHost(view, egress, port, ['*'])] };
}

/** For whom routes are made. */
export interface RouteView {
  readonly mesh: Mesh;
  readonly proxy: ProxyNode;
  readonly scope: SidecarScope;
}

function serviceHost(
  { mesh, proxy }: RouteView,
  { routes: index }: EgressScope,
  { service, port }: HttpPort,
  domains: string[],
): VirtualHost {
  const table = tableFor(index, service.hostname);
  const ruled = table ? tableRoutes(mesh, proxy, table, port.number) : [];
  const routes = ruled.length > 0 ? ruled : [plainRoute(mesh, proxy, service, port.number)];
  return { name: `${service.hostname}:${port.number}`, domains, routes };
}

function plainRoute(mesh: Mesh, proxy: ProxyNode, { hostname }: Service, port: number): EnvoyRoute {
  const hashed = hashPolicies(mesh, proxy, [{ host: hostname, port }]);
  return defaultRoute(outboundCluster(port, undefined, hostname), hashed);
}

function tableRoutes(mesh: Mesh, proxy: ProxyNode, table: RouteTable, port: number): EnvoyRoute[] {
  const narrowed = table.routes.map((route) => narrowRoute(route, table, { proxy, gateway: MESH_GATEWAY, port }));
  return narrowed.filter((route) => route !== undefined).flatMap((route) => envoyRoutes(mesh, route, port, proxy));
}

/**
 * Hosts that exist only because a rule routes them: on the ports of the services that the same rule has, else on port 80, as in Istio.
 */
function ruleOnlyHosts(
  { mesh, proxy }: RouteView,
  egress: EgressScope,
  number: number,
  taken: Set<string>,
): VirtualHost[] {
  const ports = portsOfTables(egress);
  return egress.routes.tables.flatMap((table) => {
    if (!(ports.get(table)?.has(number) ?? number === HTTP_PORT)) return [];
    const hosts = table.hosts.filter((host) => !isHostOfService(mesh, egress, host));
    const routes = hosts.length > 0 ? tableRoutes(mesh, proxy, table, number) : [];
    if (routes.length === 0) return [];
    return hosts.map((host) => ({
      name: `${host}:${number}`,
      domains: takeNew(withPort(host, number), taken),
      routes,
    }));
  });
}

function isHostOfService(mesh: Mesh, { services }: EgressScope, host: string): boolean {
  if (!host.startsWith('*')) return mesh.services.has(host);
  return services.some(({ hostname }) => hostCovers(host, hostname));
}

const tablePorts = new WeakMap<EgressScope, Map<RouteTable, Set<number>>>();

/** The HTTP ports of the services that each table is for. */
function portsOfTables(egress: EgressScope): ReadonlyMap<RouteTable, ReadonlySet<number>> {
  return memo(tablePorts, egress, () => {
    const ports = new Map<RouteTable, Set<number>>();
    for (const service of egress.services) {
      const table = tableFor(egress.routes, service.hostname);
      if (table === undefined) continue;
      const known = memo(ports, table, () => new Set<number>());
      for (const { protocol, number } of service.ports) if (mayBeHttp(protocol)) known.add(number);
    }
    for (const [table, known] of ports) if (known.size === 0) ports.delete(table);
    return ports;
  });
}

/**
 * The route configuration for programs that were told to use an HTTP proxy: the hosts of all ports at once, told apart by the port
 * in the host, and the pod's own application as localhost.
 */
export function httpProxyRoutes(view: RouteView, ownPorts: readonly number[]): RouteConfigurationInit {
  const { mesh, proxy, scope } = view;
  const taken = new Set<string>();
  const own = ownPorts.map((port) => {
    const domains = ['localhost', '127.0.0.1', proxy.ip].flatMap((host) => hostOnPort(host, port));
    return {
      name: `localhost:${port}`,
      domains: takeNew(domains, taken),
      routes: [inboundRoute(inboundCluster(port))],
    };
  });
  const services = scope.egress.flatMap((egress) =>
    [...httpPorts(egress.services)].flatMap(([number, list]) =>
      list.map((port) => {
        const { addresses } = port.service;
        const names = [...hostForms(port.service, proxy, mesh.config.clusterDomain), ...addresses];
        const domains = names.filter((name) => !name.includes('/')).flatMap((name) => hostOnPort(name, number));
        return serviceHost(view, egress, port, takeNew(domains, taken));
      }),
    ),
  );
  const ruled = scope.egress.flatMap((egress) => ruleOnlyHosts(view, egress, HTTP_PORT, taken));
  const virtualHosts = [...own, ...services, ...ruled].filter(({ domains }) => domains.length > 0);
  const unknown = blockedVirtualHost('block_all', 'no HTTP service of the mesh has this host and port\n');
  return { name: HTTP_PROXY_ROUTES, virtualHosts: [...virtualHosts, unknown] };
}

/** Without a port the host means port 80. */
function hostOnPort(host: string, port: number): string[] {
  const [bare, withNumber] = withPort(host, port);
  return port === HTTP_PORT ? [bare!, withNumber!] : [withNumber!];
}
