import type { FieldError } from '../../kind.js';
import type { JobObject } from '../../types.js';
import { forbidden, invalid, notSupported, required } from '../../validation/errors.js';
import { immutable } from '../../validation/metadata.js';
import { validatePodSpec } from '../../validation/pod-spec.js';

const RESTART_POLICIES = ['OnFailure', 'Never'];
const COUNTS = [
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
] as const;
/** Fields of Kubernetes whose behaviour this controller does not have. */
const UNSUPPORTED = ['podFailurePolicy', 'successPolicy', 'backoffLimitPerIndex', 'maxFailedIndexes', 'managedBy'];

export function validateJob({ spec }: JobObject): FieldError[] {
  if (!spec?.template) return [required('spec.template')];
  const errors = validatePodSpec(spec.template.spec, 'spec.template.spec');
  for (const field of COUNTS) {
    if ((spec[field] ?? 0) < 0)
      errors.push(invalid(`spec.${field}`, spec[field], 'must be greater than or equal to 0'));
  }
  const restartPolicy = spec.template.spec?.restartPolicy;
  if (restartPolicy === undefined || !RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy ?? 'Always', RESTART_POLICIES));
  }
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported('spec.completionMode', mode, ['NonIndexed', 'Indexed']));
  }
  if (mode === 'Indexed' && spec.completions === undefined) {
    errors.push(required('spec.completions', 'when completion mode is Indexed'));
  }
  const set = spec as unknown as Record<string, unknown>;
  for (const field of UNSUPPORTED) {
    if (set[field] !== undefined) errors.push(forbidden(`spec.${field}`, 'is not supported here; leave it out'));
  }
  return errors;
}

export function validateJobUpdate(object: JobObject, old: JobObject): FieldError[] {
  return [
    ...immutable('spec.completions', object.spec.completions, old.spec.completions),
    ...immutable('spec.selector', object.spec.selector, old.spec.selector),
    ...immutable('spec.completionMode', object.spec.completionMode, old.spec.completionMode),
    ...immutable('spec.template', object.spec.template, old.spec.template),
  ];
}
