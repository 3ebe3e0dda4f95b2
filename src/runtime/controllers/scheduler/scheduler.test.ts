import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { NODES, PODS } from '../../../resources/gvr.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { object, TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function createPod(name: string, spec: Partial<PodObject['spec']> = {}): Promise<void> {
  const containers = [{ name: 'a', image: 'a:v1' }];
  await cluster.api.create<PodObject>(PODS, { ...object('v1', 'Pod', name, 'shop'), spec: { containers, ...spec } });
  await cluster.settle();
}

async function pod(name: string): Promise<PodObject> {
  return cluster.api.get<PodObject>(PODS, name, 'shop');
}

test('a pod gets a node, the condition PodScheduled and an event', async () => {
  await createPod('one');
  const { spec, status } = await pod('one');
  assert.equal(spec.nodeName, 'node-1');
  assert.equal(status?.conditions?.find(({ type }) => type === 'PodScheduled')?.status, 'True');
  assert.deepEqual(await cluster.eventsOf('Pod'), ['Scheduled: Successfully assigned shop/one to node-1']);
});

test('replicas spread over the nodes, also when many are bound at once', async () => {
  await cluster.addNode('node-2');
  await cluster.addNode('node-3');
  await cluster.deploy('front', { replicas: 6 });
  const counts: Record<string, number> = {};
  for (const { spec } of await cluster.all<PodObject>(PODS)) counts[spec.nodeName!] = (counts[spec.nodeName!] ?? 0) + 1;
  assert.deepEqual(counts, { 'node-1': 2, 'node-2': 2, 'node-3': 2 });
});

test('a pod that fits nowhere says why, and goes as soon as it fits', async () => {
  await createPod('picky', { nodeSelector: { disk: 'fast' } });
  const reason =
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " +
    'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
  assert.equal((await pod('picky')).status?.conditions?.[0]?.message, reason);
  assert.deepEqual(await cluster.eventsOf('Pod'), [`FailedScheduling: ${reason}`]);
  await cluster.api.patch(NODES, 'node-1', undefined, {
    type: 'merge',
    body: { metadata: { labels: { disk: 'fast' } } },
  });
  await cluster.settle();
  assert.equal((await pod('picky')).spec.nodeName, 'node-1');
});

test('cordoned, tainted and not ready nodes take only who tolerates it', async () => {
  await cluster.api.patch(NODES, 'node-1', undefined, { type: 'merge', body: { spec: { unschedulable: true } } });
  await cluster.addNode('node-2', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] });
  await cluster.addNode('node-3');
  const node = await cluster.api.get<NodeObject>(NODES, 'node-3');
  const conditions = [{ type: 'Ready', status: 'False' }];
  await cluster.api.update<NodeObject>(NODES, { ...node });
  await cluster.api.updateStatus<NodeObject>(NODES, { ...node, status: { conditions } });
  await cluster.settle();
  await createPod('plain');
  assert.equal(
    (await pod('plain')).status?.conditions?.[0]?.message,
    '0/3 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, ' +
      '1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 1 node(s) were unschedulable. ' +
      'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
  await createPod('graphic', { tolerations: [{ key: 'gpu', operator: 'Exists' }] });
  assert.equal((await pod('graphic')).spec.nodeName, 'node-2');
});

test('two pods cannot have one port of a host; the second waits for the first to go', async () => {
  const containers = [{ name: 'a', image: 'a', ports: [{ containerPort: 80, hostPort: 8080, protocol: 'TCP' }] }];
  await createPod('first', { containers });
  await createPod('second', { containers });
  assert.equal((await pod('second')).spec.nodeName, undefined);
  await cluster.api.delete(PODS, 'first', 'shop', { gracePeriodSeconds: 0 });
  await cluster.settle();
  assert.equal((await pod('second')).spec.nodeName, 'node-1');
});
