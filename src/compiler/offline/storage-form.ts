import type { KindDefinition } from '../../resources/kind.js';
import { apiVersionOf, type KubeObject } from '../../resources/object.js';
import { KINDS } from '../../resources/registry.js';

/** An object of a file as an API server would store it: converted, with defaults. Objects of unknown kinds stay as they are. */
export function storageForm(object: KubeObject): KubeObject {
  for (const kind of KINDS) {
    if (kind.kind !== object.kind) continue;
    const version = kind.versions.find(
      (each) => apiVersionOf(each.group ?? kind.group, each.name) === object.apiVersion,
    );
    if (version === undefined) continue;
    const copy = structuredClone(object);
    const stored = version.toStorage?.(copy) ?? { ...copy, apiVersion: storageVersionOf(kind) };
    const whole = { ...stored, metadata: { ...stored.metadata, ...namespaceFor(kind, stored) } };
    kind.defaults?.(whole);
    return whole;
  }
  return object;
}

function storageVersionOf(kind: KindDefinition): string {
  const version = kind.versions.find(({ storage }) => storage) ?? kind.versions[0]!;
  return apiVersionOf(version.group ?? kind.group, version.name);
}

function namespaceFor({ namespaced }: KindDefinition, { metadata }: KubeObject): { namespace?: string } {
  return namespaced ? { namespace: metadata.namespace ?? 'default' } : {};
}
