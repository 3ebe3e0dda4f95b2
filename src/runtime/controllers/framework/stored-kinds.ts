import type { KindDefinition } from '../../../resources/kind.js';
import { apiVersionOf, type Gvr } from '../../../resources/object.js';

/** A kind and where its objects are, in the version that they are stored in. */
export interface StoredKind {
  readonly resource: Gvr;
  readonly namespaced: boolean;
  /** `apps/v1` and `Deployment`, and the same for every other version that is served. */
  readonly names: readonly string[];
}

export function storedKinds(definitions: readonly KindDefinition[]): StoredKind[] {
  return definitions.map((definition) => {
    const storage = definition.versions.find((version) => version.storage) ?? definition.versions[0]!;
    return {
      resource: {
        group: storage.group ?? definition.group,
        version: storage.name,
        resource: definition.plural,
      },
      namespaced: definition.namespaced,
      names: definition.versions.map(({ group, name }) =>
        kindName(apiVersionOf(group ?? definition.group, name), definition.kind),
      ),
    };
  });
}

/** As an owner reference names a kind. */
export function kindName(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`;
}
