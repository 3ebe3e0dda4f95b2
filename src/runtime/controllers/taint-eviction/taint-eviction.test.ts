import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Toleration } from 'kubernetes-types/core/v1.js';
import { NODES, PODS } from '../../../resources/gvr.js';
import type { PodObject } from '../../../resources/types.js';
import { object, TestCluster } from '../testing/cluster.js';
import { evictionTime } from './eviction-time.js';

const UNREACHABLE = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const OWN = { key: 'maintenance', value: 'yes', effect: 'NoExecute' };

function leaves(taints: (typeof OWN | typeof UNREACHABLE)[], tolerations: Toleration[]): number | undefined {
  const pod = { spec: { containers: [], tolerations } } as unknown as PodObject;
  return evictionTime(pod, taints, () => 1_000);
}

test('a pod leaves at once, in time or never, as it tolerates', () => {
  assert.equal(leaves([OWN], []), 1_000);
  assert.equal(leaves([OWN], [{ key: 'maintenance', operator: 'Exists' }]), undefined);
  assert.equal(leaves([OWN], [{ key: 'maintenance', value: 'yes', tolerationSeconds: 5 }]), 6_000);
  assert.equal(leaves([OWN], [{ key: 'maintenance', value: 'no', tolerationSeconds: 5 }]), 1_000);
  assert.equal(leaves([UNREACHABLE], []), 301_000);
  assert.equal(leaves([UNREACHABLE], [{ key: UNREACHABLE.key, operator: 'Exists', tolerationSeconds: 2 }]), 3_000);
  assert.equal(leaves([UNREACHABLE], [{ operator: 'Exists' }]), undefined);
  assert.equal(leaves([UNREACHABLE, OWN], [{ key: 'maintenance', operator: 'Exists', tolerationSeconds: 9 }]), 10_000);
});

test('a taint of effect NoExecute empties its node of pods that do not bear it', async (t) => {
  const cluster = new TestCluster();
  t.after(() => cluster.stop());
  await cluster.start();
  const containers = [{ name: 'a', image: 'a' }];
  const create = (name: string, tolerations: Toleration[]) =>
    cluster.api.create<PodObject>(PODS, { ...object('v1', 'Pod', name, 'shop'), spec: { containers, tolerations } });
  await create('plain', []);
  await create('patient', [{ key: 'maintenance', operator: 'Exists', tolerationSeconds: 10 }]);
  await create('hardy', [{ key: 'maintenance', operator: 'Exists' }]);
  await cluster.settle();
  await cluster.api.patch(NODES, 'node-1', undefined, { type: 'merge', body: { spec: { taints: [OWN] } } });
  await cluster.settle();
  const active = async () =>
    (await cluster.all<PodObject>(PODS))
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .map((pod) => pod.metadata.name);
  assert.deepEqual((await active()).sort(), ['hardy', 'patient']);
  cluster.clock.advance(10_000);
  await cluster.settle();
  assert.deepEqual(await active(), ['hardy']);
});
