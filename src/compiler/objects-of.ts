import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { patchSetFor } from './envoy-filter/patch-set.js';
import { hostCovers } from './hostname.js';
import { memo } from './memo.js';
import type { DestinationRuleModel, DestinationView } from './model/destination-types.js';
import { destinationView } from './model/destination-view.js';
import { gatewayPlan } from './model/gateway-listeners.js';
import { type ProxyNode, proxyOf } from './model/proxy.js';
import { MESH_GATEWAY } from './model/routes.js';
import { destinationHosts, scopeOf } from './model/sidecar-scope.js';
import type { Mesh, RouteTable, Service } from './model/types.js';
import { narrowRoute, visibleServices } from './model/view.js';
import { withWorkload } from './model/workloads.js';
import { policyObjects } from './policy/policy-objects.js';
import { viewKeyOf } from './shared-views.js';
import type { ObjectRef } from './snapshot.js';

const HTTP_PORT = 80;
/** By a part that a change of endpoints alone leaves as it is. */
const memory = new WeakMap<Mesh['routeTables'], Map<string, ReadonlySet<string>>>();

/** `RouteRule/shop/cart` */
export function refKey({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/**
 * The objects, apart from Services and what is behind them, that have a share in a proxy's configuration: keys of {@link refKey}.
 * Proxies that share a view share the answer.
 */
export function objectsOf(mesh: Mesh, node: Node): ReadonlySet<string> {
  const described = proxyOf(node);
  if (described === undefined) return new Set();
  const key = viewKeyOf(mesh, node) ?? node.id;
  const byView = memo(memory, mesh.routeTables, () => new Map<string, ReadonlySet<string>>());
  const shared = memo(byView, key, () => {
    const proxy = withWorkload(mesh, described);
    return new Set((proxy.kind === 'sidecar' ? ofSidecar(mesh, proxy) : ofGateway(mesh, proxy)).map(refKey));
  });
  // policy is of one workload, whatever view it shares
  const own = mesh.policy === undefined ? [] : policyObjects(mesh, withWorkload(mesh, described));
  const filters = patchSetFor(mesh, withWorkload(mesh, described), node)?.origins ?? [];
  const all = [...own, ...filters];
  return all.length === 0 ? shared : new Set([...shared, ...all.map(refKey)]);
}

function ofSidecar(mesh: Mesh, proxy: ProxyNode): ObjectRef[] {
  const { sidecar, egress, services } = scopeOf(mesh, proxy);
  const tables = new Set(
    egress.flatMap(({ routes: { exact, wildcards } }) => [...exact.values(), ...wildcards.map(({ table }) => table)]),
  );
  return [
    ...(sidecar ? [sidecar.origin] : []),
    ...[...tables].flatMap((table) => ofTable(table, proxy, MESH_GATEWAY)),
    ...ofServices(mesh, proxy, services),
  ];
}

function ofGateway(mesh: Mesh, proxy: ProxyNode): ObjectRef[] {
  const bound = gatewayPlan(mesh, proxy).listeners.flatMap(({ servers }) => servers);
  const gateways = new Set(bound.map(({ gateway }) => gateway.key));
  const tables = mesh.routeTables.filter((table) => table.gateways.some((gateway) => gateways.has(gateway)));
  const hosts = new Set(tables.flatMap(destinationHosts));
  const services = visibleServices(mesh, proxy).filter(({ hostname }) => hosts.has(hostname));
  return [
    ...[...gateways].map(gatewayRef),
    ...tables.flatMap((table) => [...gateways].flatMap((gateway) => ofTable(table, proxy, gateway))),
    ...ofServices(mesh, proxy, services),
  ];
}

function gatewayRef(key: string): ObjectRef {
  const [namespace = '', name = ''] = key.split('/');
  return { kind: 'Gateway', namespace, name };
}

/** What the routes of a table come from that may hold for this proxy. */
function ofTable(table: RouteTable, proxy: ProxyNode, gateway: string): ObjectRef[] {
  if (!table.gateways.includes(gateway)) return [];
  const holding = table.routes.filter((route) => {
    const ports = new Set([HTTP_PORT, ...route.matches.flatMap(({ port }) => port ?? [])]);
    return [...ports].some((port) => narrowRoute(route, table, { proxy, gateway, port }) !== undefined);
  });
  const [first] = table.origins;
  const whole = holding.length > 0 || table.routes.length === 0 || table.tls.length > 0 || table.tcp.length > 0;
  return [...(whole && table.origins.length === 1 && first ? [first] : []), ...holding.map(({ origin }) => origin)];
}

function ofServices(mesh: Mesh, proxy: ProxyNode, services: readonly Service[]): ObjectRef[] {
  const wildcards = [...mesh.destinationRules].filter(([host]) => host.startsWith('*'));
  return services.flatMap((service) => {
    const view = destinationView(mesh, proxy, service);
    const covering = wildcards.filter(([host]) => hostCovers(host, service.hostname)).flatMap(([, rules]) => rules);
    const rules = [...(mesh.destinationRules.get(service.hostname) ?? []), ...covering];
    return [service.origin, ...rules.filter((rule) => isPartOf(rule, view)).flatMap(({ origins }) => origins)];
  });
}

function isPartOf(rule: DestinationRuleModel, view: DestinationView): boolean {
  if (view === rule) return true;
  if (rule.trafficPolicy !== undefined && rule.trafficPolicy === view.trafficPolicy) return true;
  return [...rule.subsets].some(([name, subset]) => view.subsets.get(name) === subset);
}
