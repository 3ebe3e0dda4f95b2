import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS, SERVICE_ACCOUNTS } from '../../../resources/gvr.js';
import type { NamespaceObject } from '../../../resources/types.js';
import { object, TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

test('a namespace goes when all that was in it is gone', async () => {
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.api.create(CONFIG_MAPS, object('v1', 'ConfigMap', 'settings', 'shop'));
  await cluster.api.delete(NAMESPACES, 'shop');
  await cluster.settle();
  // The pod has its grace period.
  assert.equal((await cluster.api.get(NAMESPACES, 'shop')).metadata.name, 'shop');
  assert.deepEqual(await cluster.all(DEPLOYMENTS), []);
  assert.deepEqual(await cluster.all(CONFIG_MAPS), []);
  await cluster.runPods();
  assert.deepEqual(await cluster.all(PODS), []);
  await assert.rejects(cluster.api.get(NAMESPACES, 'shop'), /not found/);
});

test('a namespace says what it waits for', async () => {
  const held = object('v1', 'ConfigMap', 'held', 'shop');
  held.metadata.finalizers = ['a.test/b'];
  await cluster.api.create(CONFIG_MAPS, held);
  await cluster.api.delete(NAMESPACES, 'shop');
  await cluster.settle();
  const { status } = await cluster.api.get<NamespaceObject>(NAMESPACES, 'shop');
  const said = Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status: is, message }) => [type, `${is} ${message}`]),
  );
  assert.equal(
    said['NamespaceContentRemaining'],
    'True Some resources are remaining: configmaps. has 1 resource instances',
  );
  assert.equal(
    said['NamespaceFinalizersRemaining'],
    'True Some content in the namespace has finalizers remaining: a.test/b in 1 resource instances',
  );
  await cluster.api.patch(CONFIG_MAPS, 'held', 'shop', { type: 'merge', body: { metadata: { finalizers: null } } });
  await cluster.settle();
  await assert.rejects(cluster.api.get(NAMESPACES, 'shop'), /not found/);
});

test('an empty namespace goes at once, and only it', async () => {
  await cluster.api.create(NAMESPACES, object('v1', 'Namespace', 'other'));
  await cluster.settle();
  await cluster.api.delete(NAMESPACES, 'other');
  await cluster.settle();
  assert.deepEqual(
    (await cluster.all(NAMESPACES)).map(({ metadata }) => metadata.name),
    ['shop'],
  );
});

test('every namespace has the service account default, also after it was deleted', async () => {
  await cluster.api.delete(SERVICE_ACCOUNTS, 'default', 'shop');
  await cluster.settle();
  assert.equal((await cluster.api.get(SERVICE_ACCOUNTS, 'default', 'shop')).metadata.name, 'default');
});
