import { LayeredMap } from '../base/layered-map.js';
import { patchedMap } from '../base/patched-map.js';
import { ClusterSchema } from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ClusterLoadAssignmentSchema } from '../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import type { PatchSet } from './envoy-filter/patch-set.js';
import { memo } from './memo.js';
import type { ProxyNode } from './model/proxy.js';
import type { Mesh, Service, Workload } from './model/types.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { ResourceCollector, type ResourceSet, typeUrlOf, type XdsResource } from './xds/resource.js';

/** What many proxies have in common, made once for all of them. */
export interface SharedView {
  /** One of them. */
  readonly proxy: ProxyNode;
  /** Services whose clusters are among the resources, by host name. */
  readonly services: ReadonlyMap<string, Service>;
  readonly resources: ResourceSet;
}

/** A proxy's place: the view that it shares, and what it has besides. Neither depends on any endpoint. */
export interface Placed {
  readonly workload: Workload | undefined;
  readonly viewKey: string;
  readonly own: ResourceSet;
  /** What EnvoyFilters change in the view; absent: nothing. In the own part they have changed it already. */
  readonly patches?: PatchSet;
  /** View and own part together, by type: the same object while both are, so that a proxy sees at once what has not changed. */
  readonly layers: Map<string, LayeredMap<XdsResource>>;
}

/** What of a mesh has been compiled so far. */
interface Compiled {
  readonly views: Map<string, SharedView>;
  readonly placed: WeakMap<Node, Placed>;
}

const compiled = new WeakMap<Mesh, Compiled>();

function compiledOf(mesh: Mesh): Compiled {
  return memo(compiled, mesh, () => ({ views: new Map(), placed: new WeakMap() }));
}

export function viewOf(mesh: Mesh, key: string, make: () => SharedView): SharedView {
  return memo(compiledOf(mesh).views, key, make);
}

export function placedOf(
  mesh: Mesh,
  node: Node,
  workload: Workload | undefined,
  make: () => Placed,
): { readonly placed: Placed; readonly view: SharedView | undefined } {
  const { placed: known, views } = compiledOf(mesh);
  let placed = known.get(node);
  if (placed === undefined || placed.workload !== workload) {
    placed = make();
    known.set(node, placed);
  }
  return { placed, view: views.get(placed.viewKey) };
}

/** The view that a proxy shares, where it has been compiled. */
export function viewKeyOf(mesh: Mesh, node: Node): string | undefined {
  return compiled.get(mesh)?.placed.get(node)?.viewKey;
}

/** Both together, with nothing copied. */
export function layered(view: ResourceSet, { own, layers }: Placed): ResourceSet {
  const all = new Map<string, ReadonlyMap<string, XdsResource>>(own);
  for (const [typeUrl, shared] of view) {
    const mine = own.get(typeUrl);
    if (mine === undefined || mine.size === 0) {
      all.set(typeUrl, shared);
      continue;
    }
    let layer = layers.get(typeUrl);
    if (layer?.shared !== shared) {
      layer = new LayeredMap(shared, mine);
      layers.set(typeUrl, layer);
    }
    all.set(typeUrl, layer);
  }
  return all;
}

const ENDPOINT_TYPES = [ClusterSchema, ClusterLoadAssignmentSchema].map(typeUrlOf);

/** Takes what was compiled of a mesh to one that differs in the endpoints of these services alone: the rest stays as it is. */
export function carryViews(from: Mesh, to: Mesh, changed: readonly Service[]): void {
  const before = compiled.get(from);
  if (before === undefined) return;
  const views = new Map<string, SharedView>();
  for (const [key, view] of before.views) views.set(key, carryView(view, to, changed));
  compiled.set(to, { views, placed: before.placed });
}

function carryView(view: SharedView, mesh: Mesh, changed: readonly Service[]): SharedView {
  const now = changed.filter(({ hostname }) => view.services.has(hostname));
  if (now.length === 0) return view;
  const into = new ResourceCollector();
  addOutboundClusters(into, mesh, view.proxy, now);
  const resources = new Map(view.resources);
  for (const typeUrl of ENDPOINT_TYPES) {
    const old = view.resources.get(typeUrl) ?? new Map<string, XdsResource>();
    const patch = [...(into.resources.get(typeUrl) ?? [])].filter(
      ([name, { version }]) => old.get(name)?.version !== version,
    );
    resources.set(typeUrl, patchedMap(old, new Map(patch)));
  }
  const services = patchedMap(view.services, byHostname(now));
  return { ...view, services, resources };
}

export function byHostname(services: readonly Service[]): ReadonlyMap<string, Service> {
  return new Map(services.map((service) => [service.hostname, service]));
}
