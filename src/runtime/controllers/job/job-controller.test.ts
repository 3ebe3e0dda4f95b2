import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { JOBS, PODS } from '../../../resources/gvr.js';
import type { JobObject, PodObject } from '../../../resources/types.js';
import { isActive } from '../framework/pod-state.js';
import { object, TestCluster, template } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function createJob(spec: Partial<JobObject['spec']> = {}): Promise<void> {
  const { metadata, spec: pod } = template('work', 'v1')!;
  await cluster.api.create<JobObject>(JOBS, {
    ...object('batch/v1', 'Job', 'work', 'shop'),
    spec: {
      selector: { matchLabels: { app: 'work' } },
      parallelism: 1,
      completions: 1,
      template: { ...(metadata && { metadata }), spec: { ...pod!, restartPolicy: 'Never' } },
      ...spec,
    },
  });
  await cluster.settle();
}

async function active(): Promise<PodObject[]> {
  return (await cluster.all<PodObject>(PODS)).filter(isActive);
}

async function end(pods: readonly PodObject[], phase: 'Succeeded' | 'Failed'): Promise<void> {
  for (const pod of pods) await cluster.api.updateStatus<PodObject>(PODS, { ...pod, status: { phase } });
  await cluster.settle();
}

function job(): Promise<JobObject> {
  return cluster.api.get<JobObject>(JOBS, 'work', 'shop');
}

async function conditions(): Promise<string[]> {
  return ((await job()).status?.conditions ?? []).map(({ type, reason }) => `${type}: ${reason}`);
}

test('runs as many pods at a time as it may, until enough have succeeded', async () => {
  await createJob({ parallelism: 2, completions: 3 });
  assert.equal((await active()).length, 2);
  await end(await active(), 'Succeeded');
  assert.equal((await active()).length, 1);
  await end(await active(), 'Succeeded');
  assert.deepEqual(await conditions(), ['Complete: CompletionsReached']);
  assert.equal((await job()).status?.succeeded, 3);
});

test('a failed pod is followed by another after a pause, and too many failures end the job', async () => {
  await createJob({ backoffLimit: 1 });
  await end(await active(), 'Failed');
  assert.equal((await active()).length, 0);
  cluster.clock.advance(10_000);
  await cluster.settle();
  assert.equal((await active()).length, 1);
  await end(await active(), 'Failed');
  assert.deepEqual(await conditions(), ['Failed: BackoffLimitExceeded']);
});

test('indexed pods divide the work, and a failed index is done again', async () => {
  await createJob({ completionMode: 'Indexed', parallelism: 3, completions: 3 });
  const index = ({ metadata }: PodObject): string =>
    metadata.annotations?.['batch.kubernetes.io/job-completion-index'] ?? '';
  assert.deepEqual((await active()).map(index).sort(), ['0', '1', '2']);
  const [first, ...rest] = (await active()).sort((a, b) => (index(a) < index(b) ? -1 : 1));
  await end(rest, 'Succeeded');
  await end([first!], 'Failed');
  cluster.clock.advance(10_000);
  await cluster.settle();
  assert.deepEqual((await active()).map(index), ['0']);
  assert.equal((await job()).status?.completedIndexes, '1,2');
});

test('a suspended job runs nothing, a late one is ended, and one that ended goes after its time to live', async () => {
  await createJob({ suspend: true, activeDeadlineSeconds: 5, ttlSecondsAfterFinished: 60 });
  assert.equal((await active()).length, 0);
  assert.deepEqual(await conditions(), ['Suspended: JobSuspended']);
  await cluster.api.patch(JOBS, 'work', 'shop', { type: 'merge', body: { spec: { suspend: false } } });
  await cluster.settle();
  assert.equal((await active()).length, 1);
  cluster.clock.advance(5_000);
  await cluster.settle();
  assert.deepEqual(await conditions(), ['Failed: DeadlineExceeded']);
  assert.equal((await active()).length, 0);
  cluster.clock.advance(60_000);
  await cluster.settle();
  assert.equal((await cluster.all(JOBS)).length, 0);
});
