import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ENDPOINTS_RESOURCE, LEASES, NODES } from '../../../resources/gvr.js';
import type { EndpointsObject, LeaseObject, NodeObject } from '../../../resources/types.js';
import { object, TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.serve('front');
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.api.create<LeaseObject>(LEASES, object('coordination.k8s.io/v1', 'Lease', 'node-1', 'kube-node-lease'));
  await cluster.settle();
});
afterEach(() => cluster.stop());

async function heartbeat(): Promise<void> {
  const body = { spec: { renewTime: new Date(cluster.clock.now()).toISOString() } };
  await cluster.api.patch(LEASES, 'node-1', 'kube-node-lease', { type: 'merge', body });
  await cluster.settle();
}

async function wait(by_ms: number): Promise<void> {
  cluster.clock.advance(by_ms);
  await cluster.settle();
}

async function ready(): Promise<string | undefined> {
  const node = await cluster.api.get<NodeObject>(NODES, 'node-1');
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

async function addresses(): Promise<number> {
  const endpoints = await cluster.api.get<EndpointsObject>(ENDPOINTS_RESOURCE, 'front', 'shop');
  return endpoints.subsets?.flatMap((subset) => subset.addresses ?? []).length ?? 0;
}

test('a node that renews its lease stays ready', async () => {
  for (let i = 0; i < 10; i++) {
    await wait(30_000);
    await heartbeat();
  }
  assert.equal(await ready(), 'True');
});

test('after 40 s of silence a node is lost and its pods leave the endpoints; a heartbeat undoes it', async () => {
  await wait(39_000);
  assert.equal(await ready(), 'True');
  await wait(1_000);
  assert.equal(await ready(), 'Unknown');
  assert.equal(await addresses(), 0);
  assert.deepEqual(await cluster.eventsOf('Node'), ['NodeNotReady: Node node-1 status is now: NodeNotReady']);
  await heartbeat();
  assert.equal(await ready(), 'True');
  assert.equal(await addresses(), 1);
});

test('after five more minutes its pods are replaced on another node', async () => {
  await wait(40_000);
  await cluster.addNode('node-2');
  await wait(299_000);
  assert.deepEqual(await cluster.activePods(), { v1: 1 });
  assert.equal(await addresses(), 0);
  await wait(1_000);
  await cluster.runPods();
  assert.deepEqual(await cluster.activePods(), { v1: 1 });
  assert.equal(await addresses(), 1);
});
