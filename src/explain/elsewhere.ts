import { hostCovers } from '../compiler/hostname.js';
import { meshOf } from '../compiler/index.js';
import type { ProxyNode } from '../compiler/model/proxy.js';
import { MESH_GATEWAY } from '../compiler/model/routes.js';
import type { Match, Mesh, RouteTable } from '../compiler/model/types.js';
import { isVisible } from '../compiler/model/visibility.js';
import type { MeshSnapshot, ObjectRef } from '../compiler/snapshot.js';
import { matchesLabels } from '../resources/labels/selector.js';
import type { Locate } from './route-trials.js';
import type { AbsentRule, Origin } from './types.js';

/** Where a request is, for the rules that might hold for it. */
export interface RulePlace {
  readonly proxy: ProxyNode;
  /** Whole host name. */
  readonly host: string;
  readonly port: number;
}

/** Rules that were written for a host and of which the proxy has nothing: with why. @param present what the proxy does have */
export function absentRules(
  snapshot: MeshSnapshot,
  place: RulePlace,
  present: readonly Origin[],
  locate: Locate,
): AbsentRule[] {
  const mesh = meshOf(snapshot);
  const known = new Set(present.map(keyOf));
  const found = new Map<string, AbsentRule>();
  for (const table of mesh.routeTables.filter(({ hosts }) => hosts.some((host) => hostCovers(host, place.host)))) {
    for (const origin of table.origins.filter((each) => !known.has(keyOf(each)))) {
      const reason = problemOf(mesh, origin) ?? tableReason(table, place) ?? routesReason(table, origin, place);
      const whole = { ...origin, field: 'spec' };
      const at = locate(whole);
      found.set(keyOf(origin), { origin: { ...whole, ...(at !== undefined && { place: at }) }, reason });
    }
  }
  return [...found.values()];
}

function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

function problemOf(mesh: Mesh, origin: ObjectRef): string | undefined {
  return mesh.problems.find(({ object, type }) => type === 'Accepted' && keyOf(object) === keyOf(origin))?.message;
}

function tableReason({ gateways, exportTo, namespace }: RouteTable, { proxy }: RulePlace): string | undefined {
  const forSidecars = gateways.includes(MESH_GATEWAY);
  if (proxy.kind === 'sidecar' && !forSidecars) return `holds only at ${gateways.join(', ')}, not for sidecars`;
  if (proxy.kind === 'router' && gateways.every((name) => name === MESH_GATEWAY))
    return 'holds only for sidecars: it names no gateway';
  if (!isVisible(exportTo, namespace, proxy.namespace))
    return `is not exported to the namespace ${proxy.namespace} (exportTo: ${exportTo?.join(', ')})`;
  return undefined;
}

function routesReason(table: RouteTable, origin: ObjectRef, place: RulePlace): string {
  const routes = table.routes.filter((route) => keyOf(route.origin) === keyOf(origin));
  const reasons = routes.flatMap(({ matches }) => matches.map((match) => matchReason(match, place)));
  const named = [...new Set(reasons.filter((reason) => reason !== undefined))];
  return named.length > 0 ? named.join('; ') : 'another rule has the host here';
}

function matchReason(match: Match, { proxy, port }: RulePlace): string | undefined {
  const { gateways, sourceLabels, sourceNamespace } = match;
  if (!matchesLabels(sourceLabels, proxy.labels)) return `is for callers with ${labelsText(sourceLabels ?? {})}`;
  if (sourceNamespace !== undefined && sourceNamespace !== proxy.namespace)
    return `is for callers in the namespace ${sourceNamespace}`;
  if (match.port !== undefined && match.port !== port) return `is for port ${match.port}`;
  return gateways === undefined ? undefined : `holds only at ${gateways.join(', ')}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
