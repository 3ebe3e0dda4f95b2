import assert from 'node:assert/strict';
import test from 'node:test';
import type { ServiceRoute } from '../../../native/index.js';
import type { ServicesRequest } from './pod-network.js';
import { ServiceTable } from './service-table.js';

function route(address: string, ...targets: string[]): ServiceRoute {
  return {
    address,
    protocol: 'tcp',
    port: 80,
    targets: targets.map((target) => ({ address: target, port: 8080 })),
    sticky: false,
  };
}

test('pods are told what changed, and whether it was there before', async () => {
  const sent: ServicesRequest[] = [];
  const table = new ServiceTable(async (request) => void sent.push(request));
  await table.set([route('10.96.0.1', '10.244.0.2'), route('10.96.0.2')]);
  assert.equal(sent.length, 0, 'there is no pod');
  assert.deepEqual(
    table.current.map(({ address }) => address),
    ['10.96.0.1'],
  );
  const remove = table.add({ path: '/pod/net', podIP: '10.244.0.9' });
  const changed = route('10.96.0.1', '10.244.0.2', '10.244.0.3');
  await table.set([changed, route('10.96.0.2', '10.244.0.2')]);
  assert.deepEqual(sent.pop()?.changes, [
    { route: changed, before: true },
    { route: route('10.96.0.2', '10.244.0.2'), before: false },
  ]);
  await table.set([changed, route('10.96.0.2')]);
  assert.deepEqual(sent.pop()?.changes, [{ route: route('10.96.0.2'), before: true }]);
  await table.set([changed]);
  assert.equal(sent.length, 0, 'nothing changed');
  remove();
  await table.set([]);
  assert.equal(sent.length, 0, 'the pod is gone');
});
