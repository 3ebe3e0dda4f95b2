import { matchesLabels } from '../../resources/labels/selector.js';
import { intersectHosts } from '../hostname.js';
import { memo } from '../memo.js';
import type { MeshConfig } from '../snapshot.js';
import { importsOf, importsService } from './egress-imports.js';
import { indexOf, type RouteIndex, tablesForSidecars } from './index-of.js';
import type { ProxyNode } from './proxy.js';
import type { EgressModel, Mesh, RouteTable, Service, SidecarModel } from './types.js';
import { servicesSeenFrom } from './visible-services.js';

/** What a sidecar's outbound side is made from. */
export interface SidecarScope {
  /** Undefined where no Sidecar holds for it. */
  readonly sidecar?: SidecarModel;
  readonly egress: readonly EgressScope[];
  /** Those of all egress listeners, and those to which their routes lead, in order. */
  readonly services: readonly Service[];
  readonly outboundTrafficPolicy: MeshConfig['outboundTrafficPolicy'];
}

/** One egress listener of a Sidecar, or the one that every pod has without. */
export interface EgressScope {
  readonly listener: EgressModel;
  readonly services: readonly Service[];
  readonly routes: RouteIndex;
}

/** Everything that is exported to the pod's namespace. */
const EVERYTHING: EgressModel = { hosts: [{ namespace: '*', host: '*', isExcluded: false }], listens: false };

const scopes = new WeakMap<Mesh, Map<string, SidecarScope>>();

/** The scope of a pod, made once for all pods of a namespace that the same Sidecar holds for. */
export function scopeOf(mesh: Mesh, proxy: ProxyNode): SidecarScope {
  const sidecar = sidecarFor(mesh, proxy);
  const byKey = memo(scopes, mesh, () => new Map<string, SidecarScope>());
  return memo(byKey, scopeKey(sidecar, proxy.namespace), () => makeScope(mesh, proxy.namespace, sidecar));
}

/** The same for pods that have the same scope. */
export function scopeKeyOf(mesh: Mesh, proxy: ProxyNode): string {
  return scopeKey(sidecarFor(mesh, proxy), proxy.namespace);
}

function scopeKey(sidecar: SidecarModel | undefined, namespace: string): string {
  return `${namespace}|${sidecar ? `${sidecar.origin.namespace}/${sidecar.origin.name}` : ''}`;
}

/** One that selects the pod, else its namespace's own, else that of the root namespace; of several the oldest. */
export function sidecarFor(mesh: Mesh, { namespace, labels }: ProxyNode): SidecarModel | undefined {
  const { sidecars, config } = mesh;
  return (
    sidecars.find((one) => one.selector && one.namespace === namespace && matchesLabels(one.selector, labels)) ??
    sidecars.find((one) => one.selector === undefined && one.namespace === namespace) ??
    sidecars.find((one) => one.selector === undefined && one.namespace === config.rootNamespace)
  );
}

function makeScope(mesh: Mesh, namespace: string, sidecar: SidecarModel | undefined): SidecarScope {
  const visible = servicesSeenFrom(mesh, namespace);
  const listeners = sidecar?.egress.length ? sidecar.egress : [EVERYTHING];
  const egress = listeners.map((listener) => makeEgress(mesh, namespace, listener, visible));
  return {
    egress,
    services: reachable(egress, visible),
    outboundTrafficPolicy: sidecar?.outboundTrafficPolicy ?? mesh.config.outboundTrafficPolicy,
    ...(sidecar ? { sidecar } : {}),
  };
}

function makeEgress(mesh: Mesh, namespace: string, listener: EgressModel, visible: readonly Service[]): EgressScope {
  const imports = importsOf(listener, namespace);
  const services = visible.flatMap((service) => {
    if (!importsService(imports, service)) return [];
    if (listener.port === undefined) return [service];
    const ports = service.ports.filter(({ number }) => number === listener.port);
    if (ports.length === 0) return [];
    return [ports.length === service.ports.length ? service : { ...service, ports }];
  });
  const tables = tablesForSidecars(mesh, namespace).filter((table) => importsTable(imports, table));
  return { listener, services, routes: indexOf(tables) };
}

/** One of its hosts is enough, and that may be wider than what is imported. */
function importsTable(imports: ReturnType<typeof importsOf>, { namespace, hosts }: RouteTable): boolean {
  return hosts.some((host) => imports(namespace, (pattern) => intersectHosts(pattern, host) !== undefined));
}

function reachable(egress: readonly EgressScope[], visible: readonly Service[]): Service[] {
  const whole = egress.some(({ listener }) => listener === EVERYTHING);
  if (whole) return [...visible];
  const named = new Set(egress.flatMap(({ services }) => services.map(({ hostname }) => hostname)));
  for (const { routes } of egress)
    for (const table of routes.tables) for (const host of destinationHosts(table)) named.add(host);
  return visible.filter(({ hostname }) => named.has(hostname));
}

/** The services to which the routes of a table lead. */
export function destinationHosts({ routes, tls, tcp }: RouteTable): string[] {
  const http = routes.flatMap(({ action }) => {
    if (action.kind !== 'forward') return [];
    return [...action.destinations, ...action.mirrors.map(({ destination }) => destination)];
  });
  return [...http, ...[...tls, ...tcp].flatMap(({ destinations }) => destinations)].map(({ host }) => host);
}
