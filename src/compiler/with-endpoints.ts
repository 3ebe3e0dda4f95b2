import { patchedMap } from '../base/patched-map.js';
import type { KubeObject } from '../resources/object.js';
import { serviceHostname } from './hostname.js';
import { kubeService } from './model/kube-services.js';
import type { Mesh, Service } from './model/types.js';
import { buildWorkloads } from './model/workloads.js';
import { byHostname, carryViews } from './shared-views.js';
import { namespaceOf } from './snapshot.js';

/** A service, and its endpoints as they are now. */
export interface EndpointsChange {
  readonly service: KubeObject;
  readonly endpoints: KubeObject | undefined;
}

/**
 * The mesh in which nothing but the endpoints of some services has changed. What is compiled of it is the same as of one that is
 * made from all objects, but only those services' endpoints are compiled anew.
 * @returns undefined where something else depends on such endpoints, so that the mesh has to be made from all objects
 */
export function withEndpoints(mesh: Mesh, changes: readonly EndpointsChange[]): Mesh | undefined {
  const changed: Service[] = [];
  for (const { service, endpoints } of changes) {
    const { clusterDomain } = mesh.config;
    const before = mesh.services.get(serviceHostname(service.metadata.name, namespaceOf(service), clusterDomain));
    if (before?.resolution !== 'endpoints' || before.origin.kind !== 'Service' || before.composite) return undefined;
    const sources = { endpoints, slices: [], instances: [] };
    const now = kubeService(service, sources, mesh.workloads, clusterDomain);
    if (now !== before) changed.push(now);
  }
  if (changed.length === 0) return mesh;
  const services = patchedMap(mesh.services, byHostname(changed));
  const next = { ...mesh, services };
  carryViews(mesh, next, changed);
  return next;
}

/** A pod by `namespace/name`, as it is now; undefined where it is gone. */
export type PodChanges = ReadonlyMap<string, KubeObject | undefined>;

/**
 * The mesh in which nothing but some pods has changed. The services whose Endpoints name them have to be given to
 * {@link withEndpoints} afterwards.
 * @returns undefined where something else depends on pods, so that the mesh has to be made from all objects
 */
export function withPods(mesh: Mesh, changes: PodChanges, nodes: readonly KubeObject[]): Mesh | undefined {
  // Policies are told who may call, by every pod's address.
  if (mesh.policy !== undefined) return undefined;
  if (changes.size === 0) return mesh;
  const present = [...changes.values()].filter((pod) => pod !== undefined);
  const made = buildWorkloads(present, nodes);
  const patch = new Map([...changes.keys()].map((key) => [key, made.get(key)]));
  const next = { ...mesh, workloads: patchedMap(mesh.workloads, patch) };
  carryViews(mesh, next, []);
  return next;
}
