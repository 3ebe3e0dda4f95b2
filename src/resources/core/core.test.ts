import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindDefinition } from '../kind.js';
import type { KubeObject } from '../object.js';
import { CONFIG_MAP } from './config-map/index.js';
import { ENDPOINTS } from './endpoints/index.js';
import { EVENT } from './event/index.js';
import { NAMESPACE } from './namespace/index.js';
import { NODE } from './node/index.js';
import { SECRET } from './secret/index.js';

const NOW = Date.UTC(2026, 0, 1, 0, 1);

function object(kind: string, fields: object, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'one', namespace: 'shop', ...metadata }, ...fields };
}

function cells({ columns }: KindDefinition, of: KubeObject, wide = false): unknown[] {
  return columns.filter(({ priority }) => wide || !priority).map((column) => column.value(of, NOW));
}

test('a namespace is labelled with its name, and keeps its finalizer whatever replaces it', () => {
  const namespace = object('Namespace', {});
  NAMESPACE.defaults?.(namespace);
  assert.deepEqual(namespace.metadata.labels, { 'kubernetes.io/metadata.name': 'one' });
  assert.deepEqual(namespace['spec'], { finalizers: ['kubernetes'] });
  const leaving = object('Namespace', { spec: { finalizers: [] } }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  NAMESPACE.defaults?.(leaving);
  assert.deepEqual(leaving['spec'], { finalizers: [] });
});

test('the text of a Secret becomes its data, and its type is for good', () => {
  const secret = object('Secret', { stringData: { password: 'hush' }, data: { user: 'bWU=' } });
  SECRET.defaults?.(secret);
  assert.deepEqual(secret['data'], { user: 'bWU=', password: 'aHVzaA==' });
  assert.equal(secret['stringData'], undefined);
  assert.deepEqual(cells(SECRET, secret), ['Opaque', 2]);
  const other = { ...secret, type: 'kubernetes.io/tls' };
  assert.equal(SECRET.validateUpdate?.(other, secret)[0]?.field, 'type');
  assert.deepEqual(
    SECRET.validate?.(other).map(({ field }) => field),
    ['data[tls.crt]', 'data[tls.key]'],
  );
});

test('ConfigMaps: keys are file names and said once; an immutable one stays as it is', () => {
  const map = object('ConfigMap', { data: { 'a/b': '', twice: '' }, binaryData: { twice: '' } });
  assert.deepEqual(
    CONFIG_MAP.validate?.(map).map(({ field }) => field),
    ['data[a/b]', 'data[twice]'],
  );
  const fixed = object('ConfigMap', { immutable: true, data: { a: '1' } });
  assert.equal(CONFIG_MAP.validateUpdate?.(object('ConfigMap', { data: { a: '2' } }), fixed).length, 2);
  const large = object('ConfigMap', { data: { a: 'x'.repeat(1024 * 1024 + 1) } });
  assert.equal(CONFIG_MAP.validate?.(large)[0]?.reason, 'FieldValueTooLong');
});

test('an Event reads the same by events.k8s.io/v1', () => {
  const stored = object('Event', {
    involvedObject: { kind: 'Pod', name: 'front' },
    message: 'hello',
    reason: 'Pulled',
    source: { component: 'kubelet', host: 'node-1' },
    count: 2,
    lastTimestamp: '2026-01-01T00:00:30Z',
    type: 'Normal',
  });
  const version = EVENT.versions.find(({ group }) => group === 'events.k8s.io');
  const shown = version?.fromStorage?.(stored);
  assert.equal(shown?.['note'], 'hello');
  assert.deepEqual(shown?.['regarding'], { kind: 'Pod', name: 'front' });
  assert.deepEqual(shown && version?.toStorage?.(shown), stored);
  assert.deepEqual(cells(EVENT, stored), ['30s', 'Normal', 'Pulled', 'pod/front', 'hello']);
});

test('Endpoints show three addresses and how many more there are', () => {
  const addresses = ['1', '2', '3', '4'].map((last) => ({ ip: `10.0.0.${last}` }));
  const endpoints = object('Endpoints', { subsets: [{ addresses, ports: [{ port: 80 }] }] });
  assert.deepEqual(cells(ENDPOINTS, endpoints), ['10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...']);
  assert.deepEqual(cells(ENDPOINTS, object('Endpoints', {})), ['<none>']);
});

test('a Node shows its condition, its roles and whether it is cordoned', () => {
  const node = object(
    'Node',
    { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    { labels: { 'node-role.kubernetes.io/worker': '' }, creationTimestamp: '2026-01-01T00:00:00Z' },
  );
  assert.deepEqual(cells(NODE, node), ['Ready,SchedulingDisabled', 'worker', '60s', '']);
});
