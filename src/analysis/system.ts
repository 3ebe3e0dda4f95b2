import type { Subject } from './subject.js';

/** They hold what runs the cluster and the mesh, and no programs of users. */
const NAMESPACES: ReadonlySet<string> = new Set([
  'istio-system',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** Whether an object is part of what runs a cluster, which its users did not write. */
export function isOfSystem({ object }: Subject): boolean {
  const { kind, metadata } = object;
  return NAMESPACES.has(kind === 'Namespace' ? metadata.name : (metadata.namespace ?? ''));
}
