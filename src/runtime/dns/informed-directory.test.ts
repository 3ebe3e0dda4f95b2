import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { SeededRandom } from '../../base/random.js';
import type { Client } from '../../client/client.js';
import { Informer } from '../../client/informer.js';
import { ENDPOINTS_RESOURCE, NAMESPACES, SERVICES } from '../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../resources/object.js';
import type { EndpointsObject, NamespaceObject, ServiceObject } from '../../resources/types.js';
import { InformedDirectory, SERVICE_INDEXES } from './informed-directory.js';

function service(name: string, spec: ServiceObject['spec']): ServiceObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop', resourceVersion: '1' }, spec };
}

const OBJECTS: Record<string, KubeObject[]> = {
  namespaces: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', resourceVersion: '1' } }],
  services: [
    service('cart', { clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }),
    service('db', { clusterIP: 'None', ports: [{ port: 5432 }] }),
    service('early', { clusterIP: 'None', publishNotReadyAddresses: true }),
    service('bank', { type: 'ExternalName', externalName: 'bank.example' }),
  ],
  endpoints: ['db', 'early'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace: 'shop', resourceVersion: '1' },
    subsets: [{ addresses: [{ ip: '10.244.0.5', hostname: 'db-0' }], notReadyAddresses: [{ ip: '10.244.0.6' }] }],
  })),
};

/** A client that only lists, and never ends a watch. */
const client = {
  list: async ({ resource }: Gvr) => ({ items: OBJECTS[resource] ?? [], resourceVersion: '1' }),
  watch: () => ({ close: () => {} }),
} as unknown as Client;

async function directory(): Promise<InformedDirectory> {
  const common = { client, clock: new FakeClock(), random: new SeededRandom(1) };
  const services = new Informer<ServiceObject>({ ...common, resource: SERVICES, indexes: SERVICE_INDEXES });
  const endpoints = new Informer<EndpointsObject>({ ...common, resource: ENDPOINTS_RESOURCE });
  const namespaces = new Informer<NamespaceObject>({ ...common, resource: NAMESPACES });
  const informers = [services, endpoints, namespaces];
  for (const informer of informers) informer.start();
  await Promise.all(informers.map((informer) => informer.synced));
  return new InformedDirectory({ services, endpoints, namespaces });
}

test('services are described as the API server has them', async () => {
  const found = await directory();
  assert.deepEqual(found.service('shop', 'cart'), {
    namespace: 'shop',
    name: 'cart',
    clusterIP: '10.96.0.7',
    ports: [{ name: 'http', protocol: 'tcp', port: 80 }],
    endpoints: [],
  });
  assert.deepEqual(found.service('shop', 'db')?.endpoints, [{ ip: '10.244.0.5', hostname: 'db-0' }]);
  assert.equal(found.service('shop', 'early')?.endpoints.length, 2);
  assert.equal(found.service('shop', 'bank')?.externalName, 'bank.example');
  assert.equal(found.service('other', 'cart'), undefined);
});

test('namespaces and cluster IPs are found', async () => {
  const found = await directory();
  assert.deepEqual([found.hasNamespace('shop'), found.hasNamespace('other')], [true, false]);
  assert.equal(found.serviceAt('10.96.0.7')?.name, 'cart');
  assert.equal(found.serviceAt('None'), undefined);
});
