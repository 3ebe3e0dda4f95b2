import type { FieldError } from '../../kind.js';
import { sameJson } from '../../same-json.js';
import type { PersistentVolumeObject } from '../../types.js';
import { forbidden, invalid, notSupported, required } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { parseQuantity, QUANTITY_SHAPE_TEXT } from '../../validation/quantity.js';
import { ACCESS_MODES } from './access-modes.js';

const RECLAIM_POLICIES = ['Retain', 'Delete'];
/** Fields of the spec that are no source of the volume. */
const COMMON: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);
const NO_OTHER_SOURCE = 'is not supported here; use hostPath or local';

/** Of a volume's or a claim's access modes. */
export function validateAccessModes(modes: readonly string[] | undefined): FieldError[] {
  if (!modes?.length) return [required('spec.accessModes', 'at least 1 access mode is required')];
  const errors = modes.flatMap((mode) =>
    ACCESS_MODES.includes(mode) ? [] : [notSupported('spec.accessModes', mode, ACCESS_MODES)],
  );
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

/** @param volumeMode `Block` devices cannot be made of folders */
export function validateVolumeMode(volumeMode: string | undefined): FieldError[] {
  if (volumeMode === undefined || volumeMode === 'Filesystem') return [];
  return [notSupported('spec.volumeMode', volumeMode, ['Filesystem'])];
}

export function validateStorageQuantity(field: string, quantity: unknown): FieldError[] {
  const amount = parseQuantity(quantity);
  if (amount === undefined) return [invalid(field, quantity, QUANTITY_SHAPE_TEXT)];
  return amount > 0 ? [] : [invalid(field, quantity, 'must be greater than zero')];
}

export function validatePersistentVolume(object: PersistentVolumeObject): FieldError[] {
  const { spec } = object;
  const errors = validateMetadata(object);
  if (!spec) return [...errors, required('spec')];
  errors.push(...validateAccessModes(spec.accessModes), ...validateVolumeMode(spec.volumeMode));
  const storage = spec.capacity?.['storage'];
  if (storage === undefined) errors.push(required('spec.capacity.storage'));
  else errors.push(...validateStorageQuantity('spec.capacity.storage', storage));
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy !== undefined && !RECLAIM_POLICIES.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES));
  }
  return [...errors, ...validateSource(spec)];
}

function validateSource(spec: PersistentVolumeObject['spec']): FieldError[] {
  const sources = Object.entries(spec).filter(([field, value]) => !COMMON.has(field) && value !== undefined);
  if (sources.length === 0) return [required('spec', 'must specify a volume type')];
  if (sources.length > 1) return [forbidden('spec', 'may not specify more than 1 volume type')];
  const { hostPath, local, nodeAffinity } = spec;
  if (!hostPath && !local) return [forbidden(`spec.${sources[0]![0]}`, NO_OTHER_SOURCE)];
  const [field, path] = hostPath ? ['spec.hostPath.path', hostPath.path] : ['spec.local.path', local?.path];
  const errors: FieldError[] = [];
  if (!path) errors.push(required(field));
  else if (path.split('/').includes('..')) errors.push(invalid(field, path, "must not contain '..'"));
  else if (!path.startsWith('/')) errors.push(invalid(field, path, 'must be an absolute path'));
  if (local && !nodeAffinity?.required) {
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  return errors;
}

export function validatePersistentVolumeUpdate(
  { spec }: PersistentVolumeObject,
  { spec: old }: PersistentVolumeObject,
): FieldError[] {
  const now = sourceOf(spec);
  if (sameJson(now, sourceOf(old))) return [];
  return [forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')];
}

function sourceOf({ hostPath, local }: PersistentVolumeObject['spec']): unknown {
  return { hostPath, local };
}
