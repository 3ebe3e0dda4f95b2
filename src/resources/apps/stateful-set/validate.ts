import type { StatefulSetSpec } from 'kubernetes-types/apps/v1.js';
import { validateClaimSpec } from '../../core/persistent-volume-claim/validate.js';
import type { FieldError } from '../../kind.js';
import { sameJson } from '../../same-json.js';
import type { StatefulSetObject } from '../../types.js';
import { forbidden, invalid, notSupported, required } from '../../validation/errors.js';
import { oneOf } from '../../validation/values.js';
import { validateWorkload } from '../../validation/workload.js';

const STRATEGIES = ['RollingUpdate', 'OnDelete'];
const POLICIES = ['OrderedReady', 'Parallel'];
const RETENTION = ['Retain', 'Delete'];
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
  'revisionHistoryLimit',
];
const IMMUTABLE_SPEC =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function validateStatefulSet(spec: Partial<StatefulSetSpec>): FieldError[] {
  const { podManagementPolicy, updateStrategy } = spec;
  const errors = validateWorkload(spec);
  if (podManagementPolicy !== undefined && !POLICIES.includes(podManagementPolicy)) {
    errors.push(notSupported('spec.podManagementPolicy', podManagementPolicy, POLICIES));
  }
  const type = updateStrategy?.type;
  if (type !== undefined && !STRATEGIES.includes(type)) {
    errors.push(notSupported('spec.updateStrategy.type', type, STRATEGIES));
  }
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition < 0) {
    const field = 'spec.updateStrategy.rollingUpdate.partition';
    errors.push(invalid(field, partition, 'must be greater than or equal to 0'));
  }
  for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    const at = `spec.volumeClaimTemplates[${i}]`;
    if (!claim.metadata?.name) errors.push(required(`${at}.metadata.name`));
    errors.push(...validateClaimSpec(claim.spec, `${at}.spec`));
  }
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  errors.push(
    ...oneOf('spec.persistentVolumeClaimRetentionPolicy.whenDeleted', whenDeleted, RETENTION),
    ...oneOf('spec.persistentVolumeClaimRetentionPolicy.whenScaled', whenScaled, RETENTION),
  );
  return errors;
}

export function validateStatefulSetUpdate(object: StatefulSetObject, old: StatefulSetObject): FieldError[] {
  return sameJson(fixedPart(object), fixedPart(old)) ? [] : [forbidden('spec', IMMUTABLE_SPEC)];
}

function fixedPart({ spec }: StatefulSetObject): unknown {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !CHANGEABLE.includes(field)));
}
