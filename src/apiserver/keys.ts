import type { KindDefinition } from '../resources/kind.js';

/** `apps/deployments/shop/cart`; the core group is `core`, the namespace of a cluster-wide object is empty. */
export function objectKey(definition: KindDefinition, namespace: string | undefined, name: string): string {
  return `${kindPrefix(definition)}${namespace ?? ''}/${name}`;
}

/** All objects of a kind, or those of one namespace. */
export function listPrefix(definition: KindDefinition, namespace: string | undefined): string {
  return namespace === undefined ? kindPrefix(definition) : `${kindPrefix(definition)}${namespace}/`;
}

function kindPrefix({ group, plural }: KindDefinition): string {
  return `${group === '' ? 'core' : group}/${plural}/`;
}
