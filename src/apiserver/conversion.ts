import type { KubeObject } from '../resources/object.js';
import type { ServedKind } from './kind-table.js';

/** Objects as one version shows them. A stored object is converted once for all who look at it. */
export class Conversion {
  private readonly cache = new WeakMap<KubeObject, Map<string, KubeObject>>();

  /** @returns the stored object itself where the asked version is the stored one; shared, so not to be changed */
  fromStorage(kind: ServedKind, stored: KubeObject): KubeObject {
    if (kind.isStorage) return stored;
    let versions = this.cache.get(stored);
    if (!versions) {
      versions = new Map();
      this.cache.set(stored, versions);
    }
    let converted = versions.get(kind.apiVersion);
    if (!converted) {
      const shaped = kind.version.fromStorage ? kind.version.fromStorage(stored) : stored;
      converted = { ...shaped, apiVersion: kind.apiVersion, kind: kind.definition.kind };
      versions.set(kind.apiVersion, converted);
    }
    return converted;
  }
}

/** @returns a new object, or the given one where nothing changes */
export function toStorage(kind: ServedKind, object: KubeObject): KubeObject {
  if (kind.isStorage) return object;
  const shaped = kind.version.toStorage ? kind.version.toStorage(object) : object;
  return { ...shaped, apiVersion: kind.storageApiVersion, kind: kind.definition.kind };
}
