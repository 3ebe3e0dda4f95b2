import type { KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { StorageClassObject } from '../../types.js';
import { required } from '../../validation/errors.js';
import { immutableForbidden, validateMetadata } from '../../validation/metadata.js';
import { oneOf } from '../../validation/values.js';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;
/** The provisioner of the mesh: a folder on this machine for each claim. */
export const LOCAL_FOLDER_PROVISIONER = 'trysail.io/local-folder';

export const STORAGE_CLASS: KindDefinition = {
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.storage.v1.StorageClass') }],
  columns: [
    column('Name', (object) => `${object.metadata.name}${isDefaultClass(object) ? ' (default)' : ''}`, {
      format: 'name',
    }),
    column<StorageClassObject>('Provisioner', ({ provisioner }) => provisioner),
    column<StorageClassObject>('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    column<StorageClassObject>('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    column<StorageClassObject>('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false, {
      type: 'boolean',
    }),
    AGE_COLUMN,
  ],
  defaults(object) {
    const storageClass = object as StorageClassObject;
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate(object) {
    const { provisioner, reclaimPolicy, volumeBindingMode } = object as StorageClassObject;
    return [
      ...validateMetadata(object),
      ...(provisioner ? [] : [required('provisioner')]),
      ...oneOf('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']),
      ...oneOf('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ];
  },
  validateUpdate: (object, old) =>
    FIXED.flatMap((field) =>
      immutableForbidden(field, `updates to ${field} are forbidden.`, object[field], old[field]),
    ),
};

export function isDefaultClass({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[DEFAULT_CLASS] === 'true';
}

/** The class that a new mesh has. */
export function defaultStorageClass(): StorageClassObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { [DEFAULT_CLASS]: 'true' } },
    provisioner: LOCAL_FOLDER_PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
