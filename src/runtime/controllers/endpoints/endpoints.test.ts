import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ENDPOINT_SLICES, ENDPOINTS_RESOURCE, PODS, SERVICES } from '../../../resources/gvr.js';
import type { EndpointSliceObject, EndpointsObject, PodObject } from '../../../resources/types.js';
import { TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

function endpoints(name: string): Promise<EndpointsObject> {
  return cluster.api.get(ENDPOINTS_RESOURCE, name, 'shop');
}

test('ready pods are addresses, others wait among the not ready, and pods that end leave', async () => {
  await cluster.serve('front');
  assert.deepEqual((await endpoints('front')).subsets, []);
  await cluster.deploy('front', { replicas: 2 });
  await cluster.runPods();
  const [first] = await cluster.all<PodObject>(PODS);
  await cluster.setReady(first!, false);
  await cluster.settle();
  const [subset] = (await endpoints('front')).subsets ?? [];
  assert.deepEqual(subset?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(
    subset?.addresses?.map(({ ip }) => ip),
    ['10.244.0.2'],
  );
  assert.equal(subset?.notReadyAddresses?.[0]?.targetRef?.name, first?.metadata.name);
  assert.equal(subset?.notReadyAddresses?.[0]?.nodeName, 'node-1');
  await cluster.scale('front', 0);
  assert.deepEqual((await endpoints('front')).subsets, []);
});

test('a named target port is looked up in each pod', async () => {
  await cluster.serve('front', { ports: [{ port: 80, targetPort: 'web' }] });
  await cluster.deploy('front');
  await cluster.runPods();
  assert.deepEqual((await endpoints('front')).subsets?.[0]?.ports, [{ port: 8080, protocol: 'TCP' }]);
});

test('publishNotReadyAddresses counts every pod as ready; headless services are marked', async () => {
  await cluster.serve('front', { publishNotReadyAddresses: true, clusterIP: 'None' });
  await cluster.deploy('front');
  await cluster.runPods(false);
  const found = await endpoints('front');
  assert.equal(found.subsets?.[0]?.addresses?.length, 1);
  assert.equal(found.metadata.labels?.['service.kubernetes.io/headless'], '');
});

test('slices say ready, serving and terminating, and belong to their service', async () => {
  await cluster.serve('front');
  await cluster.deploy('front', { replicas: 2 });
  await cluster.runPods();
  await cluster.scale('front', 1);
  const slices = await cluster.all<EndpointSliceObject>(ENDPOINT_SLICES);
  assert.equal(slices.length, 1);
  assert.equal(slices[0]?.metadata.labels?.['kubernetes.io/service-name'], 'front');
  assert.equal(slices[0]?.metadata.ownerReferences?.[0]?.kind, 'Service');
  assert.deepEqual(
    slices[0]?.endpoints.map(({ conditions }) => conditions).sort((a, b) => Number(a?.ready) - Number(b?.ready)),
    [
      { ready: false, serving: true, terminating: true },
      { ready: true, serving: true, terminating: false },
    ],
  );
});

test('a slice holds a hundred endpoints', async () => {
  await cluster.serve('front');
  await cluster.deploy('front', { replicas: 101 });
  await cluster.runPods();
  const sizes = (await cluster.all<EndpointSliceObject>(ENDPOINT_SLICES)).map((slice) => slice.endpoints.length);
  assert.deepEqual(
    sizes.sort((a, b) => a - b),
    [1, 100],
  );
});

test('a deleted service takes its endpoints along, and deleted endpoints come back', async () => {
  await cluster.serve('front');
  await cluster.api.delete(ENDPOINTS_RESOURCE, 'front', 'shop');
  await cluster.settle();
  assert.ok(await endpoints('front'));
  await cluster.api.delete(SERVICES, 'front', 'shop');
  await cluster.settle();
  await assert.rejects(endpoints('front'), /not found/);
  assert.deepEqual(await cluster.all(ENDPOINT_SLICES), []);
});
