import { matchesLabels } from '../../resources/labels/selector.js';
import type { ProxyNode } from './proxy.js';
import { scopeOf } from './sidecar-scope.js';
import type { Mesh, Route, RouteTable, Service } from './types.js';
import { servicesSeenFrom } from './visible-services.js';

/** The services that a proxy may call, in order. */
export function visibleServices(mesh: Mesh, proxy: ProxyNode): readonly Service[] {
  return proxy.kind === 'sidecar' ? scopeOf(mesh, proxy).services : servicesSeenFrom(mesh, proxy.namespace);
}

/** Where routes are looked at. */
export interface Where {
  readonly proxy: ProxyNode;
  readonly gateway: string;
  readonly port: number;
}

interface StaticMatch {
  readonly gateways?: readonly string[];
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
}

/** Whether what of a match is known beforehand holds for this proxy on this port. */
export function holdsAt(match: StaticMatch, table: RouteTable, { proxy, gateway, port }: Where): boolean {
  return (
    (match.gateways ?? table.gateways).includes(gateway) &&
    (match.port === undefined || match.port === port) &&
    matchesLabels(match.sourceLabels, proxy.labels) &&
    (match.sourceNamespace === undefined || match.sourceNamespace === proxy.namespace)
  );
}

function usesGateway(table: RouteTable, gateway: string): boolean {
  return table.gateways.includes(gateway);
}

/** A route with only those of its matches that can hold for this proxy on this port; undefined where none can. */
export function narrowRoute(route: Route, table: RouteTable, where: Where): Route | undefined {
  if (route.matches.length === 0) return usesGateway(table, where.gateway) ? route : undefined;
  const matches = route.matches.filter((match) => holdsAt(match, table, where));
  return matches.length > 0 ? { ...route, matches } : undefined;
}
