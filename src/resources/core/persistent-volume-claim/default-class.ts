import type { KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { isDefaultClass } from '../../storage/storage-class/index.js';
import type { PersistentVolumeClaimObject } from '../../types.js';

/** The part of an admission request that this hook reads. */
interface Write {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly object: KubeObject;
}

/** Admission hook: a claim that names no class gets the default one, the newest where there are several. */
export class DefaultStorageClass {
  constructor(private readonly classes: () => readonly KubeObject[]) {}

  mutate({ operation, definition, object }: Write): void {
    if (operation !== 'CREATE' || definition.plural !== 'persistentvolumeclaims' || definition.group !== '') return;
    const { spec } = object as PersistentVolumeClaimObject;
    if (!spec || spec.storageClassName !== undefined) return;
    const [newest] = this.classes()
      .filter(isDefaultClass)
      .sort((a, b) => age(b).localeCompare(age(a)) || a.metadata.name.localeCompare(b.metadata.name));
    if (newest) spec.storageClassName = newest.metadata.name;
  }
}

function age({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}
