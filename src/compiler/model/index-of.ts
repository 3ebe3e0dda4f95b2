import { memo } from '../memo.js';
import { MESH_GATEWAY } from './routes.js';
import type { Mesh, RouteTable } from './types.js';
import { isVisible } from './visibility.js';

/** Route tables that hold for the sidecars of a namespace, by host. */
export interface RouteIndex {
  readonly tables: readonly RouteTable[];
  readonly exact: ReadonlyMap<string, RouteTable>;
  /** The longest first. */
  readonly wildcards: readonly { readonly host: string; readonly table: RouteTable }[];
}

const routes = new WeakMap<Mesh, Map<string, RouteIndex>>();

export function routeIndex(mesh: Mesh, namespace: string): RouteIndex {
  const byNamespace = memo(routes, mesh, () => new Map<string, RouteIndex>());
  return memo(byNamespace, namespace, () => buildIndex(mesh, namespace));
}

function buildIndex(mesh: Mesh, namespace: string): RouteIndex {
  const tables = mesh.routeTables.filter(
    (table) => table.gateways.includes(MESH_GATEWAY) && isVisible(table.exportTo, table.namespace, namespace),
  );
  const exact = new Map<string, RouteTable>();
  const wildcards: { host: string; table: RouteTable }[] = [];
  for (const table of tables) {
    for (const host of table.hosts) {
      if (host.startsWith('*')) wildcards.push({ host, table });
      else if (!exact.has(host)) exact.set(host, table);
    }
  }
  wildcards.sort((left, right) => right.host.length - left.host.length);
  return { tables, exact, wildcards };
}
