import { matchesLabels } from '../../resources/labels/selector.js';
import { hostCovers } from '../hostname.js';
import { routeIndex } from './index-of.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh, Route, RouteTable, Service } from './types.js';
import { isVisible } from './visibility.js';

/** The services that a proxy may call, in order. */
export function visibleServices(mesh: Mesh, proxy: ProxyNode): Service[] {
  return [...mesh.services.values()].flatMap((service) => serviceFor(mesh, proxy, service) ?? []);
}

/** Of several with one name, that of the proxy's namespace before the others. */
function serviceFor({ alternatives }: Mesh, { namespace }: ProxyNode, first: Service): Service | undefined {
  const all = [first, ...(alternatives.get(first.hostname) ?? [])];
  const visible = all.filter((service) => isVisible(service.exportTo, service.namespace, namespace));
  return visible.find((service) => service.namespace === namespace) ?? visible[0];
}

/** The routes for calls of a host out of a sidecar: the oldest table with that very host, else with the longest wildcard. */
export function meshRouteTable(mesh: Mesh, proxy: ProxyNode, hostname: string): RouteTable | undefined {
  const { exact, wildcards } = routeIndex(mesh, proxy.namespace);
  return exact.get(hostname) ?? wildcards.find(({ host }) => hostCovers(host, hostname))?.table;
}

function usesGateway(table: RouteTable, gateway: string): boolean {
  return table.gateways.includes(gateway);
}

/** A route with only those of its matches that can hold for this proxy on this port; undefined where none can. */
export function narrowRoute(
  route: Route,
  table: RouteTable,
  where: { proxy: ProxyNode; gateway: string; port: number },
): Route | undefined {
  if (route.matches.length === 0) return usesGateway(table, where.gateway) ? route : undefined;
  const matches = route.matches.filter(
    (match) =>
      (match.gateways ?? table.gateways).includes(where.gateway) &&
      (match.port === undefined || match.port === where.port) &&
      matchesLabels(match.sourceLabels, where.proxy.labels) &&
      (match.sourceNamespace === undefined || match.sourceNamespace === where.proxy.namespace),
  );
  return matches.length > 0 ? { ...route, matches } : undefined;
}
