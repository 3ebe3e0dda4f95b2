import type { KindDefinition } from '../resources/kind.js';

/** Groups of Kubernetes whose objects have no generation. */
const GROUPS: ReadonlySet<string> = new Set(['', 'coordination.k8s.io', 'rbac.authorization.k8s.io', 'storage.k8s.io']);

/** Whether changes of what is asked for are counted in `metadata.generation`; in Kubernetes 1.32 that is not so in all kinds. */
export function hasGeneration({ group, plural }: KindDefinition): boolean {
  return !GROUPS.has(group) || plural === 'replicationcontrollers';
}
