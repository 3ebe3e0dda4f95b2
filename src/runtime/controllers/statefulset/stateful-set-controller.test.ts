import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { PODS, STATEFUL_SETS } from '../../../resources/gvr.js';
import type { PodObject, StatefulSetObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function createSet(spec: Partial<StatefulSetObject['spec']>): Promise<void> {
  await cluster.api.create<StatefulSetObject>(STATEFUL_SETS, {
    ...object('apps/v1', 'StatefulSet', 'db', 'shop'),
    spec: { serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', 'v1'), ...spec },
  });
  await cluster.settle();
}

async function names(): Promise<string[]> {
  return (await cluster.all<PodObject>(PODS)).map(({ metadata }) => metadata.name).sort();
}

async function images(): Promise<Record<string, string>> {
  const pods = await cluster.all<PodObject>(PODS);
  return Object.fromEntries(pods.map(({ metadata, spec }) => [metadata.name, spec.containers[0]!.image ?? '']));
}

async function patch(spec: object): Promise<void> {
  await cluster.api.patch(STATEFUL_SETS, 'db', 'shop', { type: 'merge', body: { spec } });
  await cluster.settle();
}

/** Lets every pod become ready, as often as new ones appear. */
async function run(): Promise<void> {
  for (let i = 0; i < 12; i++) await cluster.runPods();
}

test('pods are numbered, and each waits for the one before it', async () => {
  await createSet({ replicas: 3 });
  assert.deepEqual(await names(), ['db-0']);
  await cluster.runPods();
  assert.deepEqual(await names(), ['db-0', 'db-1']);
  await run();
  assert.deepEqual(await names(), ['db-0', 'db-1', 'db-2']);
  const [pod] = await cluster.all<PodObject>(PODS);
  assert.equal(pod?.spec.hostname, 'db-0');
  assert.equal(pod?.spec.subdomain, 'db');
});

test('Parallel makes all at once; scaling down takes the highest numbers', async () => {
  await createSet({ replicas: 3, podManagementPolicy: 'Parallel' });
  assert.deepEqual(await names(), ['db-0', 'db-1', 'db-2']);
  await run();
  await patch({ replicas: 1 });
  await run();
  assert.deepEqual(await names(), ['db-0']);
});

test('a deleted pod comes back under its name', async () => {
  await createSet({ replicas: 2 });
  await run();
  const before = (await cluster.all<PodObject>(PODS)).find(({ metadata }) => metadata.name === 'db-0');
  await cluster.api.delete(PODS, 'db-0', 'shop', { gracePeriodSeconds: 0 });
  await cluster.settle();
  const after = await cluster.api.get<PodObject>(PODS, 'db-0', 'shop');
  assert.notEqual(after.metadata.uid, before?.metadata.uid);
});

test('an update goes from the highest number to the partition, one at a time', async () => {
  await createSet({ replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
  await run();
  await patch({ template: template('db', 'v2') });
  await cluster.runPods();
  assert.deepEqual(await images(), { 'db-0': 'db:v1', 'db-1': 'db:v1', 'db-2': 'db:v2' });
  await run();
  assert.deepEqual(await images(), { 'db-0': 'db:v1', 'db-1': 'db:v2', 'db-2': 'db:v2' });
  // Below the partition even a new pod is of the old template.
  await cluster.api.delete(PODS, 'db-0', 'shop', { gracePeriodSeconds: 0 });
  await run();
  assert.equal((await images())['db-0'], 'db:v1');
  await patch({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } });
  await run();
  assert.equal((await images())['db-0'], 'db:v2');
  const { status } = await cluster.api.get<StatefulSetObject>(STATEFUL_SETS, 'db', 'shop');
  assert.equal(status?.currentRevision, status?.updateRevision);
  assert.equal(status?.readyReplicas, 3);
});
