import type { KubeObject } from '../resources/object.js';
import { type ObjectRef, refOf } from './snapshot.js';

/** On a converted object: the objects that it was made of, `Kind/namespace/name` by comma. */
const CONVERTED_FROM = 'trysail.dev/converted-from';

export function convertedFrom(objects: readonly KubeObject[]): Record<string, string> {
  const refs = objects.map(refOf).map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
  return { [CONVERTED_FROM]: [...new Set(refs)].join(',') };
}

/** The objects that a user wrote: the object itself, or those that it was converted from. */
export function originsOf(object: KubeObject): readonly ObjectRef[] {
  const text = object.metadata.annotations?.[CONVERTED_FROM];
  if (!text) return [refOf(object)];
  return text.split(',').map((part) => {
    const [kind = '', namespace = '', name = ''] = part.split('/');
    return { kind, namespace, name };
  });
}

/** Whether an object was made of an older kind. */
export function isConverted(object: KubeObject): boolean {
  return Boolean(object.metadata.annotations?.[CONVERTED_FROM]);
}
