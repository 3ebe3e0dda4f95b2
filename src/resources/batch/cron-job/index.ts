import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { ageSince } from '../../printing/duration.js';
import { schemaRef } from '../../schemas/index.js';
import type { CronJobObject } from '../../types.js';
import { validateCronJob } from './validate.js';

const schema = schemaRef('io.k8s.api.batch.v1.CronJob');

export const CRON_JOB: KindDefinition = {
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  versions: [
    { name: 'v1', storage: true, schema },
    {
      name: 'v1beta1',
      schema,
      deprecationWarning: 'batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob',
    },
  ],
  subresources: { status: true },
  columns: [
    column<CronJobObject>('Schedule', ({ spec }) => spec.schedule),
    column<CronJobObject>('Timezone', ({ spec }) => spec.timeZone ?? '<none>'),
    column<CronJobObject>('Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False')),
    column<CronJobObject>('Active', ({ status }) => status?.active?.length ?? 0, { type: 'integer' }),
    column<CronJobObject>('Last Schedule', ({ status }, now_ms) =>
      status?.lastScheduleTime ? ageSince(String(status.lastScheduleTime), now_ms) : '<none>',
    ),
    AGE_COLUMN,
    column<CronJobObject>('Containers', (object) => containers(object, 'name'), { wide: true }),
    column<CronJobObject>('Images', (object) => containers(object, 'image'), { wide: true }),
    column<CronJobObject>('Selector', () => '<none>', { wide: true }),
  ],
  defaults(object) {
    const { spec } = object as CronJobObject;
    if (!spec) return;
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    const template = spec.jobTemplate?.spec?.template;
    if (template?.spec) defaultPodSpec(template.spec);
  },
  validate: (object) => validateCronJob(object as CronJobObject),
  prepareForCreate(object) {
    object['status'] = {};
  },
};

function containers({ spec }: CronJobObject, field: 'name' | 'image'): string {
  return (spec.jobTemplate.spec?.template.spec?.containers ?? []).map((container) => container[field]).join(',');
}
