import { POLICY_KIND_DEFINITIONS } from '../resources/istio/policy/index.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import {
  DEFAULT_MESH_CONFIG,
  EMPTY_SNAPSHOT,
  type MeshConfig,
  type MeshSnapshot,
  namespaceOf,
  POLICY_LIST_NAMES,
  POLICY_LISTS,
  type PolicyList,
} from './snapshot.js';

export type SnapshotList = Exclude<keyof MeshSnapshot, 'config'>;

interface SnapshotKind {
  readonly kind: string;
  /** In the storage version. */
  readonly gvr: Gvr;
}

const istio = (kind: string, version: 'v1' | 'v1alpha2', resource: string): SnapshotKind => ({
  kind,
  gvr: { group: version === 'v1' ? 'networking.istio.io' : 'config.istio.io', version, resource },
});

function policyKinds(): Record<PolicyList, SnapshotKind> {
  const plurals = new Map(POLICY_KIND_DEFINITIONS.map(({ kind, plural }) => [kind, plural]));
  const kinds = POLICY_LIST_NAMES.map((list) => {
    const kind = POLICY_LISTS[list];
    return [list, istio(kind, 'v1alpha2', plurals.get(kind)!)];
  });
  return Object.fromEntries(kinds) as Record<PolicyList, SnapshotKind>;
}

/** Which kind each list of a snapshot holds, and where an API server has it. */
export const SNAPSHOT_KINDS: Readonly<Record<SnapshotList, SnapshotKind>> = {
  ...policyKinds(),
  services: { kind: 'Service', gvr: { group: '', version: 'v1', resource: 'services' } },
  endpoints: { kind: 'Endpoints', gvr: { group: '', version: 'v1', resource: 'endpoints' } },
  endpointSlices: {
    kind: 'EndpointSlice',
    gvr: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' },
  },
  pods: { kind: 'Pod', gvr: { group: '', version: 'v1', resource: 'pods' } },
  nodes: { kind: 'Node', gvr: { group: '', version: 'v1', resource: 'nodes' } },
  ingresses: { kind: 'Ingress', gvr: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' } },
  routeRules: istio('RouteRule', 'v1alpha2', 'routerules'),
  destinationPolicies: istio('DestinationPolicy', 'v1alpha2', 'destinationpolicies'),
  egressRules: istio('EgressRule', 'v1alpha2', 'egressrules'),
  virtualServices: istio('VirtualService', 'v1', 'virtualservices'),
  destinationRules: istio('DestinationRule', 'v1', 'destinationrules'),
  gateways: istio('Gateway', 'v1', 'gateways'),
  serviceEntries: istio('ServiceEntry', 'v1', 'serviceentries'),
  workloadEntries: istio('WorkloadEntry', 'v1', 'workloadentries'),
  sidecars: istio('Sidecar', 'v1', 'sidecars'),
  envoyFilters: {
    kind: 'EnvoyFilter',
    gvr: { group: 'networking.istio.io', version: 'v1alpha3', resource: 'envoyfilters' },
  },
  secrets: { kind: 'Secret', gvr: { group: '', version: 'v1', resource: 'secrets' } },
};

const LIST_OF_KIND: ReadonlyMap<string, SnapshotList> = new Map(
  Object.entries(SNAPSHOT_KINDS).map(([list, { kind }]) => [kind, list as SnapshotList]),
);

/** A snapshot of these objects. Those of kinds that do not decide what the mesh is are left out. */
export function snapshotOf(objects: readonly KubeObject[], config: Partial<MeshConfig> = {}): MeshSnapshot {
  const lists: Partial<Record<SnapshotList, KubeObject[]>> = {};
  for (const object of objects) {
    const list = LIST_OF_KIND.get(object.kind);
    if (list === undefined) continue;
    const metadata = { ...object.metadata, namespace: namespaceOf(object) };
    lists[list] = [...(lists[list] ?? []), { ...object, metadata }];
  }
  return { ...EMPTY_SNAPSHOT, ...lists, config: { ...DEFAULT_MESH_CONFIG, ...config } };
}
