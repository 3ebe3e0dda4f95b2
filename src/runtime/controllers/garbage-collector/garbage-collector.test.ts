import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CONFIG_MAPS, DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../resources/gvr.js';
import type { KubeObject } from '../../../resources/object.js';
import { object, TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

async function configMap(name: string, owners: KubeObject[]): Promise<KubeObject> {
  const created = await cluster.api.create(CONFIG_MAPS, {
    ...object('v1', 'ConfigMap', name, 'shop'),
    metadata: {
      name,
      namespace: 'shop',
      ownerReferences: owners.map(({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        name: metadata.name,
        uid: metadata.uid ?? '',
        blockOwnerDeletion: true,
      })),
    },
  });
  await cluster.settle();
  return created;
}

async function names(): Promise<string[]> {
  return (await cluster.all(CONFIG_MAPS)).map(({ metadata }) => metadata.name);
}

test('foreground: the owner waits for its dependents', async () => {
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.api.delete(DEPLOYMENTS, 'front', 'shop', { propagationPolicy: 'Foreground' });
  await cluster.settle();
  assert.equal((await cluster.all(DEPLOYMENTS)).length, 1);
  await cluster.runPods();
  for (const resource of [PODS, REPLICA_SETS, DEPLOYMENTS]) assert.deepEqual(await cluster.all(resource), []);
});

test('orphan: the dependents stay, without their owner', async () => {
  await cluster.deploy('front');
  await cluster.api.delete(DEPLOYMENTS, 'front', 'shop', { propagationPolicy: 'Orphan' });
  await cluster.settle();
  assert.deepEqual(await cluster.all(DEPLOYMENTS), []);
  const [set] = await cluster.all(REPLICA_SETS);
  assert.deepEqual(set?.metadata.ownerReferences, []);
  assert.equal((await cluster.all(PODS)).length, 1);
});

test('an object with a living owner stays and loses the reference to the one that is gone', async () => {
  const one = await configMap('one', []);
  const two = await configMap('two', []);
  await configMap('both', [one, two]);
  await cluster.api.delete(CONFIG_MAPS, 'one', 'shop');
  await cluster.settle();
  const both = await cluster.api.get(CONFIG_MAPS, 'both', 'shop');
  assert.deepEqual(
    both.metadata.ownerReferences?.map(({ name }) => name),
    ['two'],
  );
  await cluster.api.delete(CONFIG_MAPS, 'two', 'shop');
  await cluster.settle();
  assert.deepEqual(await names(), []);
});

test('an object that is created for an owner that was never there, or is another by now, goes', async () => {
  const one = await configMap('one', []);
  const stranger = { ...one, metadata: { ...one.metadata, uid: 'another' } };
  await configMap('late', [stranger]);
  assert.deepEqual(await names(), ['one']);
});

test('nothing is deleted for an owner of a kind that is not served', async () => {
  const owner = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'thing', uid: 'x' } };
  await configMap('kept', [owner]);
  assert.deepEqual(await names(), ['kept']);
});
