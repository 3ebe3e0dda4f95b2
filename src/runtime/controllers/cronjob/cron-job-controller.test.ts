import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { parseSchedule } from '../../../resources/batch/cron-job/schedule.js';
import { CRON_JOBS, JOBS } from '../../../resources/gvr.js';
import type { CronJobObject, JobObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';
import { newestMissed } from './scheduled-time.js';

const MINUTE_MS = 60_000;
let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function createCron(spec: Partial<CronJobObject['spec']> = {}): Promise<void> {
  await cluster.api.create<CronJobObject>(CRON_JOBS, {
    ...object('batch/v1', 'CronJob', 'tick', 'shop'),
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template('tick', 'v1') } },
      ...spec,
    },
  });
  await cluster.settle();
}

async function minutes(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    cluster.clock.advance(MINUTE_MS);
    await cluster.settle();
  }
}

async function end(type: 'Complete' | 'Failed'): Promise<void> {
  for (const job of await cluster.all<JobObject>(JOBS)) {
    if (job.status?.conditions?.length) continue;
    const at = new Date(cluster.clock.now()).toISOString();
    const conditions = [{ type, status: 'True' as const, lastTransitionTime: at }];
    await cluster.api.updateStatus<JobObject>(JOBS, { ...job, status: { conditions, completionTime: at } });
  }
  await cluster.settle();
}

const cron = (): Promise<CronJobObject> => cluster.api.get(CRON_JOBS, 'tick', 'shop');

test('each minute starts a job that is named after it', async () => {
  await createCron();
  await minutes(2);
  const jobs = await cluster.all<JobObject>(JOBS);
  assert.equal(jobs.length, 2);
  const minute = Math.floor(cluster.clock.now() / MINUTE_MS);
  assert.ok(jobs.some(({ metadata }) => metadata.name === `tick-${minute}`));
  assert.equal((await cron()).status?.active?.length, 2);
});

test('Forbid waits for the job that runs, Replace ends it', async () => {
  await createCron({ concurrencyPolicy: 'Forbid' });
  await minutes(3);
  assert.equal((await cluster.all(JOBS)).length, 1);
  await cluster.api.patch(CRON_JOBS, 'tick', 'shop', {
    type: 'merge',
    body: { spec: { concurrencyPolicy: 'Replace' } },
  });
  await minutes(1);
  assert.equal((await cluster.all(JOBS)).length, 1);
  assert.ok((await cluster.eventsOf('CronJob')).some((event) => event.startsWith('JobAlreadyActive')));
});

test('suspended it starts nothing', async () => {
  await createCron({ suspend: true });
  await minutes(3);
  assert.equal((await cluster.all(JOBS)).length, 0);
});

test('of those that ended as many are kept as the limits say', async () => {
  await createCron({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
  await minutes(1);
  await end('Complete');
  await minutes(1);
  await end('Complete');
  await minutes(1);
  await end('Failed');
  assert.equal((await cluster.all(JOBS)).length, 1);
  assert.equal((await cron()).status?.active, undefined);
  assert.ok((await cron()).status?.lastSuccessfulTime);
});

test('after a long sleep only the newest missed time starts', async () => {
  await createCron();
  cluster.clock.advance(365 * 24 * 60 * MINUTE_MS);
  await cluster.settle();
  assert.equal((await cluster.all(JOBS)).length, 1);
  assert.ok((await cluster.eventsOf('CronJob')).some((event) => event.startsWith('TooManyMissedTimes')));
});

test('a start that is later than its deadline does not happen', () => {
  const hourly = parseSchedule('0 * * * *');
  const now_ms = Date.parse('2026-01-01T10:20:00Z');
  assert.equal(newestMissed(hourly, now_ms - 10 * MINUTE_MS, now_ms), undefined);
  assert.deepEqual(newestMissed(hourly, Date.parse('2026-01-01T07:30:00Z'), now_ms), {
    time_ms: Date.parse('2026-01-01T10:00:00Z'),
    tooMany: false,
  });
});
