import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { PersistentVolumeClaimObject } from '../../types.js';
import { shortAccessModes } from '../persistent-volume/access-modes.js';
import { validateClaim, validateClaimUpdate } from './validate.js';

/** A claim goes after the pods that use it. */
export const PVC_PROTECTION = 'kubernetes.io/pvc-protection';

export const PERSISTENT_VOLUME_CLAIM: KindDefinition = {
  group: '',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.PersistentVolumeClaim') }],
  subresources: { status: true },
  columns: [
    column<PersistentVolumeClaimObject>('Status', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column<PersistentVolumeClaimObject>('Volume', ({ spec }) => spec.volumeName ?? ''),
    column<PersistentVolumeClaimObject>('Capacity', ({ spec, status }) =>
      spec.volumeName ? (status?.capacity?.['storage'] ?? '') : '',
    ),
    column<PersistentVolumeClaimObject>('Access Modes', ({ spec, status }) =>
      spec.volumeName ? shortAccessModes(status?.accessModes) : '',
    ),
    column<PersistentVolumeClaimObject>('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
    column<PersistentVolumeClaimObject>('VolumeAttributesClass', () => '<unset>'),
    AGE_COLUMN,
    column<PersistentVolumeClaimObject>('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>', { wide: true }),
  ],
  defaults(object) {
    const { spec } = object as PersistentVolumeClaimObject;
    if (spec) spec.volumeMode ??= 'Filesystem';
  },
  validate: (object) => validateClaim(object as PersistentVolumeClaimObject),
  validateUpdate: (object, old) =>
    validateClaimUpdate(object as PersistentVolumeClaimObject, old as PersistentVolumeClaimObject),
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), PVC_PROTECTION])];
  },
};
