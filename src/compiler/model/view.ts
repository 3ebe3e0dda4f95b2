import { matchesLabels } from '../../resources/labels/selector.js';
import { hostCovers } from '../hostname.js';
import { routeIndex, ruleHostsWithWildcard, rulesOfHost } from './index-of.js';
import type { ProxyNode } from './proxy.js';
import type { DestinationRuleModel, Mesh, Route, RouteTable, Service, SubsetModel, TrafficPolicy } from './types.js';
import { isVisible } from './visibility.js';

const EMPTY_POLICY: TrafficPolicy = { ports: new Map() };

/** The services that a proxy may call, in order. */
export function visibleServices(mesh: Mesh, proxy: ProxyNode): Service[] {
  return [...mesh.services.values()].filter(({ exportTo, namespace }) =>
    isVisible(exportTo, namespace, proxy.namespace),
  );
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

/** How a proxy is to treat a host: its policy and subsets. */
export interface DestinationView {
  readonly policy: TrafficPolicy;
  readonly subsets: ReadonlyMap<string, SubsetModel>;
}

/**
 * Rules for this caller before rules for all; those of the caller's namespace before the service's, before the root namespace's.
 * Several of one place add up: the oldest gives the policy, each its subsets.
 */
export function destinationView(mesh: Mesh, proxy: ProxyNode, service: Service): DestinationView {
  const rules = rulesFor(mesh, service.hostname).filter((rule) =>
    isVisible(rule.exportTo, rule.namespace, proxy.namespace),
  );
  const own = rules.filter((rule) => rule.workloadSelector && holdsFor(rule, proxy));
  if (own.length > 0) return merge(own);
  const general = rules.filter((rule) => rule.workloadSelector === undefined);
  for (const namespace of [proxy.namespace, service.namespace, mesh.config.rootNamespace]) {
    const here = general.filter((rule) => rule.namespace === namespace);
    if (here.length > 0) return merge(here);
  }
  return { policy: EMPTY_POLICY, subsets: new Map() };
}

function holdsFor(rule: DestinationRuleModel, proxy: ProxyNode): boolean {
  return rule.namespace === proxy.namespace && matchesLabels(rule.workloadSelector, proxy.labels);
}

function rulesFor(mesh: Mesh, hostname: string): readonly DestinationRuleModel[] {
  const exact = rulesOfHost(mesh, hostname);
  if (exact.length > 0) return exact;
  return rulesOfHost(
    mesh,
    ruleHostsWithWildcard(mesh).find((host) => hostCovers(host, hostname)),
  );
}

function merge(rules: readonly DestinationRuleModel[]): DestinationView {
  if (rules.length === 1) return rules[0]!;
  const subsets = new Map<string, SubsetModel>();
  for (const rule of rules) {
    for (const [name, subset] of rule.subsets) if (!subsets.has(name)) subsets.set(name, subset);
  }
  const withPolicy = rules.find(({ policy }) => Object.keys(policy).length > 1 || policy.ports.size > 0);
  return { policy: withPolicy?.policy ?? EMPTY_POLICY, subsets };
}
