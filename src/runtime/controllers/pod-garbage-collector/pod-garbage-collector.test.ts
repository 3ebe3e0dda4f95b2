import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { NODES, PODS } from '../../../resources/gvr.js';
import type { PodObject } from '../../../resources/types.js';
import { TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.api.delete(NODES, 'node-1');
  await cluster.settle();
});
afterEach(() => cluster.stop());

async function nodesOfPods(): Promise<(string | undefined)[]> {
  return (await cluster.all<PodObject>(PODS)).map(({ spec }) => spec.nodeName);
}

test('pods of a deleted node go after a while, without a grace period, and are replaced', async () => {
  await cluster.addNode('node-2');
  cluster.clock.advance(39_000);
  await cluster.settle();
  assert.deepEqual(await nodesOfPods(), ['node-1']);
  cluster.clock.advance(1_000);
  await cluster.settle();
  assert.deepEqual(await nodesOfPods(), ['node-2']);
});

test('a node that is soon registered again keeps its pods', async () => {
  await cluster.addNode('node-1');
  cluster.clock.advance(60_000);
  await cluster.settle();
  assert.deepEqual(await nodesOfPods(), ['node-1']);
});
