import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { humanDuration } from '../../printing/duration.js';
import { schemaRef } from '../../schemas/index.js';
import type { JobObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { labelPods } from './labels.js';
import { validateJob, validateJobUpdate } from './validate.js';

const BACKOFF_LIMIT = 6;

export const JOB: KindDefinition = {
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.batch.v1.Job') }],
  subresources: { status: true },
  columns: [
    column<JobObject>('Status', statusText),
    column<JobObject>('Completions', completionsText),
    column<JobObject>('Duration', durationText),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS,
  ],
  selectableFields: { 'status.successful': (object) => String((object as JobObject).status?.succeeded ?? 0) },
  defaults(object) {
    const { spec } = object as JobObject;
    if (!spec) return;
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= BACKOFF_LIMIT;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate: (object) => [...validateMetadata(object), ...validateJob(object as JobObject)],
  validateUpdate: (object, old) => validateJobUpdate(object as JobObject, old as JobObject),
  prepareForCreate(object) {
    const job = object as JobObject;
    job.status = {};
    labelPods(job);
  },
};

function statusText({ spec, status, metadata }: JobObject): string {
  const holds = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (holds('Suspended') || spec.suspend) return 'Suspended';
  return 'Running';
}

function completionsText({ spec, status }: JobObject): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  return (spec.parallelism ?? 1) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: JobObject, now_ms: number): string {
  if (!status?.startTime) return '';
  const end_ms = status.completionTime ? Date.parse(String(status.completionTime)) : now_ms;
  return humanDuration(end_ms - Date.parse(String(status.startTime)));
}
