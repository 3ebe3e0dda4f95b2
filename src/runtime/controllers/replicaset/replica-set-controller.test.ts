import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiError } from '../../../client/client.js';
import { PODS, REPLICA_SETS } from '../../../resources/gvr.js';
import type { PodObject, ReplicaSetObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function createSet(replicas: number): Promise<void> {
  await cluster.api.create<ReplicaSetObject>(REPLICA_SETS, {
    ...object('apps/v1', 'ReplicaSet', 'back', 'shop'),
    spec: { replicas, selector: { matchLabels: { app: 'back' } }, template: template('back', 'v1') },
  });
}

test('a watch that lags behind does not make it create twice', async () => {
  cluster.api.informers.hold(PODS);
  await createSet(3);
  await cluster.settle();
  await cluster.api.patch(REPLICA_SETS, 'back', 'shop', { type: 'merge', body: { metadata: { labels: { a: 'b' } } } });
  await cluster.settle();
  assert.equal(cluster.api.writes.get('create pods'), 3);
  cluster.api.informers.release();
  await cluster.settle();
  assert.equal(cluster.api.writes.get('create pods'), 3);
  assert.equal((await cluster.api.get<ReplicaSetObject>(REPLICA_SETS, 'back', 'shop')).status?.replicas, 3);
});

test('a pod that is deleted or ended is replaced', async () => {
  await createSet(2);
  await cluster.settle();
  const [first, second] = await cluster.all<PodObject>(PODS);
  await cluster.api.delete(PODS, first!.metadata.name, 'shop', { gracePeriodSeconds: 0 });
  await cluster.api.updateStatus<PodObject>(PODS, { ...second!, status: { phase: 'Failed' } });
  await cluster.settle();
  assert.deepEqual(await cluster.activePods(), { v1: 2 });
});

test('pods that match and have no controller are adopted; pods whose labels change go free and are replaced', async () => {
  await cluster.api.create<PodObject>(PODS, {
    ...object('v1', 'Pod', 'stray', 'shop'),
    metadata: { name: 'stray', namespace: 'shop', labels: { app: 'back' } },
    spec: { containers: [{ name: 'back', image: 'back:v1' }] },
  });
  await cluster.settle();
  await createSet(1);
  await cluster.settle();
  assert.equal(cluster.api.writes.get('create pods'), 1);
  const stray = await cluster.api.get<PodObject>(PODS, 'stray', 'shop');
  assert.equal(stray.metadata.ownerReferences?.[0]?.name, 'back');
  await cluster.api.patch(PODS, 'stray', 'shop', { type: 'merge', body: { metadata: { labels: { app: 'apart' } } } });
  await cluster.settle();
  assert.deepEqual((await cluster.api.get<PodObject>(PODS, 'stray', 'shop')).metadata.ownerReferences, []);
  assert.equal((await cluster.all(PODS)).length, 2);
});

test('a template that the API refuses fails in small batches, is told, and is tried again', async () => {
  let attempts = 0;
  cluster.api.beforeWrite = (verb, { resource }) => {
    if (verb === 'create' && resource === 'pods' && ++attempts < 3)
      throw new ApiError(403, 'Forbidden', 'no such thing');
  };
  await createSet(4);
  await cluster.settle();
  // Once, and once more when its own status comes back; then it waits.
  assert.equal(attempts, 2);
  const set = await cluster.api.get<ReplicaSetObject>(REPLICA_SETS, 'back', 'shop');
  assert.equal(set.status?.conditions?.[0]?.reason, 'FailedCreate');
  assert.deepEqual(await cluster.eventsOf('ReplicaSet'), ['FailedCreate: Error creating: no such thing']);
  for (let i = 0; i < 4; i++) {
    cluster.clock.advance(1000);
    await cluster.settle();
  }
  assert.deepEqual(await cluster.activePods(), { v1: 4 });
  const healed = await cluster.api.get<ReplicaSetObject>(REPLICA_SETS, 'back', 'shop');
  assert.equal(healed.status?.conditions, undefined);
});

test('scaling down spares the pods that are ready', async () => {
  await createSet(3);
  await cluster.settle();
  await cluster.runPods();
  const pods = await cluster.all<PodObject>(PODS);
  const unready = pods[1]!;
  await cluster.setReady(unready, false);
  await cluster.api.patch(REPLICA_SETS, 'back', 'shop', { type: 'merge', body: { spec: { replicas: 2 } } });
  await cluster.settle();
  const doomed = (await cluster.all<PodObject>(PODS)).filter((pod) => pod.metadata.deletionTimestamp);
  assert.deepEqual(
    doomed.map((pod) => pod.metadata.name),
    [unready.metadata.name],
  );
});
