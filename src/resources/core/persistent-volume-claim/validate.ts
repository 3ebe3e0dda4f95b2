import type { FieldError } from '../../kind.js';
import { sameJson } from '../../same-json.js';
import type { PersistentVolumeClaimObject } from '../../types.js';
import { forbidden, required } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { compareQuantities } from '../../validation/quantity.js';
import { validateAccessModes, validateStorageQuantity, validateVolumeMode } from '../persistent-volume/validate.js';

const IMMUTABLE_SPEC =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
/** Nothing here could fill a volume from another object. */
const UNSUPPORTED = ['dataSource', 'dataSourceRef', 'volumeAttributesClassName'] as const;

export function validateClaim(object: PersistentVolumeClaimObject): FieldError[] {
  return [...validateMetadata(object), ...validateClaimSpec(object.spec, 'spec')];
}

/** Of a claim, or of a template of claims. */
export function validateClaimSpec(spec: PersistentVolumeClaimObject['spec'] | undefined, field: string): FieldError[] {
  if (!spec) return [required(field)];
  const storage = spec.resources?.requests?.['storage'];
  const amount = 'spec.resources.requests.storage';
  const errors = [
    ...validateAccessModes(spec.accessModes),
    ...(storage === undefined ? [required(amount)] : validateStorageQuantity(amount, storage)),
    ...validateVolumeMode(spec.volumeMode),
  ];
  for (const name of UNSUPPORTED) {
    if (spec[name] !== undefined) errors.push(forbidden(`spec.${name}`, 'is not supported here; leave it out'));
  }
  return errors.map((error) => ({ ...error, field: error.field.replace(/^spec/, field) }));
}

export function validateClaimUpdate(
  { spec }: PersistentVolumeClaimObject,
  { spec: old }: PersistentVolumeClaimObject,
): FieldError[] {
  const before = fixed(old);
  // The binder names the volume once; a claim that named no class may get the default one.
  const now = {
    ...fixed(spec),
    ...(!old.volumeName && { volumeName: old.volumeName }),
    ...(old.storageClassName === undefined && { storageClassName: undefined }),
  };
  if (!sameJson(clean(now), clean(before))) return [forbidden('spec', IMMUTABLE_SPEC)];
  const [size, sizeBefore] = [storageOf(spec), storageOf(old)];
  if (size === sizeBefore) return [];
  const why =
    compareQuantities(size, sizeBefore) < 0
      ? 'field can not be less than previous value'
      : 'volumes of folders have no size that could grow; leave it as it is';
  return [forbidden('spec.resources.requests.storage', why)];
}

function fixed({ resources: _, ...rest }: PersistentVolumeClaimObject['spec']): Record<string, unknown> {
  return rest as Record<string, unknown>;
}

function clean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

function storageOf({ resources }: PersistentVolumeClaimObject['spec']): string {
  return resources?.requests?.['storage'] ?? '0';
}
