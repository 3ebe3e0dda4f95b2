import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POD } from '../core/pod/index.js';
import { SERVICE } from '../core/service/index.js';
import type { PodObject } from '../types.js';
import { SidecarInjection } from './admission.js';

const NAMESPACES = new Map([
  [
    'meshed',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'meshed', labels: { 'istio-injection': 'enabled' } } },
  ],
]);
const injection = new SidecarInjection((name) => NAMESPACES.get(name));

function containersAfter(change: Partial<Parameters<SidecarInjection['mutate']>[0]>): number {
  const object: PodObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'front', namespace: 'meshed' },
    spec: { containers: [{ name: 'front', image: 'front:v1' }] },
  };
  injection.mutate({ operation: 'CREATE', definition: POD, namespace: 'meshed', object, ...change });
  return object.spec.containers.length;
}

test('new pods of a labelled namespace get their sidecar in place', () => {
  assert.equal(containersAfter({}), 2);
});

test('updates, subresources, other kinds and unknown namespaces are left alone', () => {
  assert.equal(containersAfter({ operation: 'UPDATE' }), 1);
  assert.equal(containersAfter({ subresource: 'status' }), 1);
  assert.equal(containersAfter({ definition: SERVICE }), 1);
  assert.equal(containersAfter({ namespace: 'elsewhere' }), 1);
});
