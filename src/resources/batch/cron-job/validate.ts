import { messageOf } from '../../../base/errors.js';
import type { FieldError } from '../../kind.js';
import type { CronJobObject, JobObject } from '../../types.js';
import { invalid, required } from '../../validation/errors.js';
import { validateAnnotations, validateLabels, validateMetadata } from '../../validation/metadata.js';
import { nonNegative, oneOf } from '../../validation/values.js';
import { validateJob } from '../job/validate.js';
import { checkTimeZone, parseSchedule } from './schedule.js';

const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** A label's length, less the minutes that a job's name ends with. */
const NAME_CHARS_MAX = 52;
const COUNTS = ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const;

export function validateCronJob(object: CronJobObject): FieldError[] {
  const { metadata, spec } = object;
  const errors = validateMetadata(object);
  if ((metadata.name ?? '').length > NAME_CHARS_MAX) {
    errors.push(invalid('metadata.name', metadata.name, `must be no more than ${NAME_CHARS_MAX} characters`));
  }
  if (!spec) return [...errors, required('spec')];
  errors.push(...validateSchedule(spec), ...oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, POLICIES));
  for (const field of COUNTS) errors.push(...nonNegative(`spec.${field}`, spec[field]));
  if (!spec.jobTemplate) return [...errors, required('spec.jobTemplate')];
  const { metadata: jobMetadata, spec: jobSpec } = spec.jobTemplate;
  const field = 'spec.jobTemplate';
  return [
    ...errors,
    ...validateLabels(jobMetadata?.labels, `${field}.metadata.labels`),
    ...validateAnnotations(jobMetadata?.annotations, `${field}.metadata.annotations`),
    ...validateJob({ ...object, spec: jobSpec } as JobObject).map((error) => ({
      ...error,
      field: `${field}.${error.field}`,
    })),
  ];
}

function validateSchedule({ schedule, timeZone }: CronJobObject['spec']): FieldError[] {
  const errors: FieldError[] = [];
  if (!schedule) errors.push(required('spec.schedule'));
  else if (/TZ/.test(schedule)) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid('spec.schedule', schedule, detail));
  } else errors.push(...failing('spec.schedule', schedule, () => parseSchedule(schedule)));
  if (timeZone === undefined) return errors;
  if (timeZone === '')
    return [...errors, invalid('spec.timeZone', timeZone, 'timeZone must be nil or non-empty string')];
  const unknown = failing('spec.timeZone', timeZone, () => checkTimeZone(timeZone));
  return [...errors, ...unknown.map((error) => ({ ...error, message: unknownZone(timeZone) }))];
}

function failing(field: string, value: string, check: () => void): FieldError[] {
  try {
    check();
    return [];
  } catch (error) {
    return [invalid(field, value, messageOf(error))];
  }
}

function unknownZone(timeZone: string): string {
  return `Invalid value: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
}
