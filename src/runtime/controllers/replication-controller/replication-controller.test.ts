import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PODS, REPLICATION_CONTROLLERS } from '../../../resources/gvr.js';
import type { PodObject, ReplicationControllerObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

test('a ReplicationController keeps as many pods as it asks for', async () => {
  const cluster = new TestCluster();
  await cluster.start();
  try {
    const { metadata, spec } = template('old', 'v1')!;
    await cluster.api.create<ReplicationControllerObject>(REPLICATION_CONTROLLERS, {
      ...object('v1', 'ReplicationController', 'old', 'shop'),
      spec: { replicas: 2, template: { metadata: metadata!, spec: spec! } },
    });
    await cluster.settle();
    await cluster.runPods();
    const get = () => cluster.api.get<ReplicationControllerObject>(REPLICATION_CONTROLLERS, 'old', 'shop');
    assert.equal((await get()).status?.readyReplicas, 2);
    const [pod] = await cluster.all<PodObject>(PODS);
    await cluster.api.delete(PODS, pod!.metadata.name, 'shop', { gracePeriodSeconds: 0 });
    await cluster.settle();
    assert.equal((await cluster.all(PODS)).length, 2);
    await cluster.api.patch(REPLICATION_CONTROLLERS, 'old', 'shop', { type: 'merge', body: { spec: { replicas: 0 } } });
    await cluster.settle();
    await cluster.runPods();
    assert.equal((await cluster.all(PODS)).length, 0);
  } finally {
    await cluster.stop();
  }
});
