import { hostCovers, intersectHosts } from '../hostname.js';
import { memo } from '../memo.js';
import { MESH_GATEWAY } from './routes.js';
import type { Mesh, RouteTable } from './types.js';
import { visibilityRank } from './visibility.js';

/** Route tables by host. */
export interface RouteIndex {
  /** Of two with one host the first holds. */
  readonly tables: readonly RouteTable[];
  readonly exact: ReadonlyMap<string, RouteTable>;
  /** The longest first. */
  readonly wildcards: readonly { readonly host: string; readonly table: RouteTable }[];
  /** Those that have routes for connections that are not looked into. */
  readonly l4Tables: readonly RouteTable[];
}

const tables = new WeakMap<Mesh, Map<string, RouteTable[]>>();

/**
 * The tables that hold for the sidecars of a namespace: those that only the namespace itself sees, then those that are exported to
 * it by name, then those that all see; each in order of age.
 */
export function tablesForSidecars(mesh: Mesh, namespace: string): readonly RouteTable[] {
  const byNamespace = memo(tables, mesh, () => new Map<string, RouteTable[]>());
  return memo(byNamespace, namespace, () => inOrderFor(mesh, MESH_GATEWAY, namespace));
}

/** The tables that name a gateway and that are visible to a namespace, in Istio's order. */
export function inOrderFor(mesh: Mesh, gateway: string, namespace: string): RouteTable[] {
  const ranked = mesh.routeTables
    .filter((table) => table.gateways.includes(gateway))
    .map((table) => ({ table, rank: visibilityRank(table.exportTo, table.namespace, namespace) }))
    .filter((entry) => entry.rank !== undefined);
  return ranked.sort((left, right) => left.rank! - right.rank!).map(({ table }) => table);
}

export function indexOf(list: readonly RouteTable[]): RouteIndex {
  const exact = new Map<string, RouteTable>();
  const wildcards: { host: string; table: RouteTable }[] = [];
  for (const table of list) {
    for (const host of table.hosts) {
      if (host.startsWith('*')) wildcards.push({ host, table });
      else if (!exact.has(host)) exact.set(host, table);
    }
  }
  wildcards.sort((left, right) => right.host.length - left.host.length);
  const l4Tables = list.filter(({ tls, tcp }) => tls.length > 0 || tcp.length > 0);
  return { tables: list, exact, wildcards, l4Tables };
}

/** The first table with that very host, else with the longest wildcard. */
export function tableFor({ exact, wildcards }: RouteIndex, hostname: string): RouteTable | undefined {
  return exact.get(hostname) ?? wildcards.find(({ host }) => hostCovers(host, hostname))?.table;
}

/** Every table with routes for connections to a host, also where only a part of the host is meant. */
export function l4TablesFor({ l4Tables }: RouteIndex, hostname: string): readonly RouteTable[] {
  return l4Tables.filter(({ hosts }) => hosts.some((host) => intersectHosts(host, hostname) !== undefined));
}
