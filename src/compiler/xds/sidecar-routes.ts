import { routeIndex } from '../model/index-of.js';
import type { ProxyNode } from '../model/proxy.js';
import { MESH_GATEWAY } from '../model/routes.js';
import type { Mesh, RouteTable, Service, ServicePort } from '../model/types.js';
import { meshRouteTable, narrowRoute } from '../model/view.js';
import { domainsOf, hostForms, takeNew, withPort } from './domains.js';
import { hashPolicies } from './hash-policy.js';
import { HTTP_PROXY_ROUTES, inboundCluster, outboundCluster } from './names.js';
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

interface HttpPort {
  readonly service: Service;
  readonly port: ServicePort;
}

/** The ports on which services speak HTTP, by number. */
export function httpPorts(services: readonly Service[]): ReadonlyMap<number, HttpPort[]> {
  const byNumber = new Map<number, HttpPort[]>();
  for (const service of services) {
    for (const port of service.ports) {
      if (port.protocol === 'tcp') continue;
      const list = byNumber.get(port.number) ?? [];
      byNumber.set(port.number, list);
      list.push({ service, port });
    }
  }
  return byNumber;
}

/** The route configuration `8080`: every service with HTTP on that port, and what becomes of other hosts. */
export function outboundRoutes(
  mesh: Mesh,
  proxy: ProxyNode,
  number: number,
  ports: readonly HttpPort[],
): RouteConfigurationInit {
  const taken = new Set<string>();
  const domains = ({ service }: HttpPort) => domainsOf(service, proxy, mesh.config.clusterDomain, number);
  const hosts = [
    ...ports.map((port) => serviceHost(mesh, proxy, port, takeNew(domains(port), taken))),
    ...(number === HTTP_PORT ? ruleOnlyHosts(mesh, proxy, taken) : []),
  ].filter((host) => host.domains.length > 0);
  return { name: String(number), virtualHosts: [...hosts, fallbackVirtualHost(mesh)] };
}

function serviceHost(mesh: Mesh, proxy: ProxyNode, { service, port }: HttpPort, domains: string[]): VirtualHost {
  const table = meshRouteTable(mesh, proxy, service.hostname);
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

/** Hosts that exist only because a rule routes them: they are HTTP on port 80, as in Istio. */
function ruleOnlyHosts(mesh: Mesh, proxy: ProxyNode, taken: Set<string>): VirtualHost[] {
  return routeIndex(mesh, proxy.namespace).tables.flatMap((table) => {
    const routes = tableRoutes(mesh, proxy, table, HTTP_PORT);
    const hosts = table.hosts.filter((host) => !host.startsWith('*') && !mesh.services.has(host));
    if (routes.length === 0) return [];
    return hosts.map((host) => ({
      name: `${host}:${HTTP_PORT}`,
      domains: takeNew(withPort(host, HTTP_PORT), taken),
      routes,
    }));
  });
}

/**
 * The route configuration for programs that were told to use an HTTP proxy: the hosts of all ports at once, told apart by the port
 * in the host, and the pod's own application as localhost.
 */
export function httpProxyRoutes(
  mesh: Mesh,
  proxy: ProxyNode,
  ports: ReadonlyMap<number, readonly HttpPort[]>,
  ownPorts: readonly number[],
): RouteConfigurationInit {
  const taken = new Set<string>();
  const own = ownPorts.map((port) => {
    const domains = ['localhost', '127.0.0.1', proxy.ip].flatMap((host) => hostOnPort(host, port));
    return {
      name: `localhost:${port}`,
      domains: takeNew(domains, taken),
      routes: [inboundRoute(inboundCluster(port))],
    };
  });
  const services = [...ports].flatMap(([number, list]) =>
    list.map((port) => {
      const { addresses } = port.service;
      const names = [...hostForms(port.service, proxy, mesh.config.clusterDomain), ...addresses];
      const domains = names.filter((name) => !name.includes('/')).flatMap((name) => hostOnPort(name, number));
      return serviceHost(mesh, proxy, port, takeNew(domains, taken));
    }),
  );
  const ruled = ruleOnlyHosts(mesh, proxy, taken);
  const virtualHosts = [...own, ...services, ...ruled].filter(({ domains }) => domains.length > 0);
  const unknown = blockedVirtualHost('block_all', 'no HTTP service of the mesh has this host and port\n');
  return { name: HTTP_PROXY_ROUTES, virtualHosts: [...virtualHosts, unknown] };
}

/** Without a port the host means port 80. */
function hostOnPort(host: string, port: number): string[] {
  const [bare, withNumber] = withPort(host, port);
  return port === HTTP_PORT ? [bare!, withNumber!] : [withNumber!];
}
