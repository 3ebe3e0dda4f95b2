import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { PersistentVolumeObject } from '../../types.js';
import { shortAccessModes } from './access-modes.js';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validate.js';

/** A volume that is bound goes after its claim. */
export const PV_PROTECTION = 'kubernetes.io/pv-protection';

export const PERSISTENT_VOLUME: KindDefinition = {
  group: '',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.PersistentVolume') }],
  subresources: { status: true },
  columns: [
    column<PersistentVolumeObject>('Capacity', ({ spec }) => spec.capacity?.['storage'] ?? ''),
    column<PersistentVolumeObject>('Access Modes', ({ spec }) => shortAccessModes(spec.accessModes)),
    column<PersistentVolumeObject>('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
    column<PersistentVolumeObject>('Status', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column<PersistentVolumeObject>('Claim', ({ spec: { claimRef } }) =>
      claimRef ? `${claimRef.namespace}/${claimRef.name}` : '',
    ),
    column<PersistentVolumeObject>('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
    column<PersistentVolumeObject>('VolumeAttributesClass', () => '<unset>'),
    column<PersistentVolumeObject>('Reason', ({ status }) => status?.reason ?? ''),
    AGE_COLUMN,
    column<PersistentVolumeObject>('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>', { wide: true }),
  ],
  defaults(object) {
    const { spec } = object as PersistentVolumeObject;
    if (!spec) return;
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    if (spec.hostPath) spec.hostPath.type ??= '';
  },
  validate: (object) => validatePersistentVolume(object as PersistentVolumeObject),
  validateUpdate: (object, old) =>
    validatePersistentVolumeUpdate(object as PersistentVolumeObject, old as PersistentVolumeObject),
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), PV_PROTECTION])];
  },
};
