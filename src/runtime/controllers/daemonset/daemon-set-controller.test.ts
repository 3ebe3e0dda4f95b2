import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../../resources/gvr.js';
import type { DaemonSetObject, PodObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.addNode('node-2');
});
afterEach(() => cluster.stop());

async function createSet(spec: Partial<DaemonSetObject['spec']> = {}): Promise<void> {
  await cluster.api.create<DaemonSetObject>(DAEMON_SETS, {
    ...object('apps/v1', 'DaemonSet', 'logs', 'shop'),
    spec: { selector: { matchLabels: { app: 'logs' } }, template: template('logs', 'v1'), ...spec },
  });
  await cluster.settle();
}

async function placed(): Promise<Record<string, string>> {
  const pods = await cluster.all<PodObject>(PODS);
  return Object.fromEntries(pods.map(({ spec }) => [spec.nodeName ?? '', spec.containers[0]!.image ?? '']));
}

test('one pod on each node, on new ones too, and none where the node is not chosen', async () => {
  await createSet();
  assert.deepEqual(Object.keys(await placed()).sort(), ['node-1', 'node-2']);
  await cluster.addNode('node-3');
  await cluster.settle();
  assert.deepEqual(Object.keys(await placed()).sort(), ['node-1', 'node-2', 'node-3']);
  await cluster.addNode('node-4', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] });
  await cluster.settle();
  assert.deepEqual(Object.keys(await placed()).sort(), ['node-1', 'node-2', 'node-3']);
});

test('a taint that only keeps new pods away leaves the daemon; one that drives away ends it', async () => {
  await createSet();
  await cluster.runPods();
  const taint = async (effect: string) => {
    const body = { spec: { taints: [{ key: 'gpu', effect }] } };
    await cluster.api.patch(NODES, 'node-2', undefined, { type: 'merge', body });
    await cluster.settle();
    await cluster.runPods();
  };
  await taint('NoSchedule');
  assert.deepEqual(Object.keys(await placed()).sort(), ['node-1', 'node-2']);
  const { status } = await cluster.api.get<DaemonSetObject>(DAEMON_SETS, 'logs', 'shop');
  assert.deepEqual([status?.desiredNumberScheduled, status?.numberMisscheduled], [1, 1]);
  await taint('NoExecute');
  assert.deepEqual(Object.keys(await placed()), ['node-1']);
});

test('a cordoned node keeps its daemon', async () => {
  await createSet();
  await cluster.api.patch(NODES, 'node-1', undefined, { type: 'merge', body: { spec: { unschedulable: true } } });
  await cluster.settle();
  assert.deepEqual(Object.keys(await placed()).sort(), ['node-1', 'node-2']);
});

test('an update replaces one serving pod at a time, and what was can be told from the revisions', async () => {
  await createSet();
  await cluster.runPods();
  const body = { spec: { template: template('logs', 'v2') } };
  await cluster.api.patch(DAEMON_SETS, 'logs', 'shop', { type: 'merge', body });
  await cluster.settle();
  const leaving = (await cluster.all<PodObject>(PODS)).filter(({ metadata }) => metadata.deletionTimestamp);
  assert.equal(leaving.length, 1);
  for (let i = 0; i < 6; i++) await cluster.runPods();
  assert.deepEqual(await placed(), { 'node-1': 'logs:v2', 'node-2': 'logs:v2' });
  const { status } = await cluster.api.get<DaemonSetObject>(DAEMON_SETS, 'logs', 'shop');
  assert.equal(status?.updatedNumberScheduled, 2);
  assert.equal(status?.numberAvailable, 2);
  assert.equal((await cluster.all(CONTROLLER_REVISIONS)).length, 2);
});
