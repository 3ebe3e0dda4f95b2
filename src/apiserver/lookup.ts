import type { KindDefinition } from '../resources/kind.js';
import type { KubeObject } from '../resources/object.js';
import type { Store } from '../store/store.js';
import { listPrefix, objectKey } from './keys.js';

/** For admission hooks, which must see at once what a write depends on. Objects are shared and in their storage version. */
export function storedObject(
  store: Store<KubeObject>,
  definition: KindDefinition,
  name: string,
  namespace?: string,
): KubeObject | undefined {
  return store.latest(objectKey(definition, namespace, name))?.value;
}

export function storedObjects(store: Store<KubeObject>, definition: KindDefinition, namespace?: string): KubeObject[] {
  return store.range({ prefix: listPrefix(definition, namespace) }).entries.map(({ value }) => value);
}
