import type { KubeObject } from '../resources/object.js';
import { namespaceOf } from './snapshot.js';

/** Plain code unit order: the same everywhere, whatever the locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Istio's order where two objects claim the same: the older one first, then by name. */
export function byAge(left: KubeObject, right: KubeObject): number {
  return (
    compareText(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '') ||
    compareText(keyOf(left), keyOf(right))
  );
}

/** `namespace/name` */
export function keyOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}
