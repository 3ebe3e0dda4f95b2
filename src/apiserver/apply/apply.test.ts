import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../resources/object.js';
import type { StatusError } from '../status-error.js';
import { type Harness, startApi } from '../testing/harness.js';
import { SAIL } from '../testing/kinds.js';

function apply(api: Harness['api'], manager: string, spec: object, force = false): Promise<KubeObject> {
  const body = { apiVersion: 'boats.test/v1', kind: 'Sail', metadata: { name: 'jib' }, spec };
  return api.patch(SAIL, 'jib', { type: 'apply', body, force }, 'sea', { fieldManager: manager });
}

function owners(object: KubeObject): Record<string, unknown> {
  const entries = object.metadata.managedFields as { manager: string; operation: string; fieldsV1: unknown }[];
  return Object.fromEntries(entries.map(({ manager, operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1]));
}

test('apply creates, and says who owns what', async () => {
  const { api } = await startApi();
  const object = await apply(api, 'alice', { area: 3, ropes: [{ name: 'main', length: 5 }], crew: ['bo'] });
  assert.deepEqual(owners(object), {
    'alice Apply': {
      'f:spec': {
        'f:area': {},
        'f:ropes': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:length': {} } },
        'f:crew': { 'v:"bo"': {} },
      },
    },
  });
});

test('apply takes away what its manager applied before and dropped, and nothing else', async () => {
  const { api } = await startApi();
  await apply(api, 'alice', { area: 3, replicas: 2, ropes: [{ name: 'main' }, { name: 'fore' }], crew: ['bo', 'mo'] });
  await apply(api, 'bob', { ropes: [{ name: 'aft' }], crew: ['jo'] });
  const object = await apply(api, 'alice', { area: 3, ropes: [{ name: 'fore' }], crew: ['mo'] });
  assert.deepEqual(object['spec'], {
    area: 3,
    cloth: 'cotton',
    ropes: [{ name: 'fore' }, { name: 'aft' }],
    crew: ['mo', 'jo'],
  });
});

test('what an apply empties goes as a whole, unless it is named or has something of another', async () => {
  const { api } = await startApi();
  const annotations = { a: 'b' };
  const body = { apiVersion: 'boats.test/v1', kind: 'Sail', metadata: { name: 'jib', annotations } };
  const first = { ...body, spec: { area: 3, ropes: [{ name: 'main' }], crew: ['bo'] } };
  await api.patch(SAIL, 'jib', { type: 'apply', body: first }, 'sea', { fieldManager: 'alice' });
  await apply(api, 'bob', { crew: ['jo'] });
  const { metadata, spec } = await apply(api, 'alice', { area: 3 });
  assert.equal(metadata.annotations, undefined);
  assert.deepEqual(spec, { area: 3, cloth: 'cotton', crew: ['jo'] });
  const named = await apply(api, 'bob', { crew: [] });
  assert.deepEqual((named['spec'] as { crew: unknown }).crew, []);
});

test('two managers with different values conflict; force takes the field over', async () => {
  const { api } = await startApi();
  await apply(api, 'alice', { area: 3 });
  await assert.rejects(apply(api, 'bob', { area: 4 }), (error: StatusError) => {
    assert.equal(error.status.code, 409);
    assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "alice": .spec.area');
    assert.deepEqual(error.status.details?.causes, [
      { reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.spec.area' },
    ]);
    return true;
  });
  const object = await apply(api, 'bob', { area: 4 }, true);
  assert.deepEqual(Object.keys(owners(object)), ['bob Apply']);
});

test('the same value is owned by both, and stays when one lets go', async () => {
  const { api } = await startApi();
  await apply(api, 'alice', { area: 3, replicas: 1 });
  await apply(api, 'bob', { area: 3 });
  const object = await apply(api, 'alice', { replicas: 1 });
  assert.deepEqual(object['spec'], { area: 3, replicas: 1, cloth: 'cotton' });
});

test('an ordinary write takes ownership of what it changes', async () => {
  const { api } = await startApi();
  await apply(api, 'alice', { area: 3, replicas: 1 });
  await api.patch(SAIL, 'jib', { type: 'merge', body: { spec: { replicas: 2 } } }, 'sea', { fieldManager: 'scaler' });
  await assert.rejects(apply(api, 'alice', { area: 3, replicas: 1 }), {
    message:
      'Apply failed with 1 conflict: conflict with "scaler" using boats.test/v1 at 2026-01-01T00:00:00Z: .spec.replicas',
  });
  const object = await apply(api, 'alice', { area: 3 });
  assert.deepEqual(object['spec'], { area: 3, replicas: 2, cloth: 'cotton' });
});

test('what was there before anyone applied belongs to nobody who could be asked', async () => {
  const { api } = await startApi();
  await api.create(SAIL, { metadata: { name: 'jib' }, spec: { area: 1 } }, 'sea');
  await assert.rejects(apply(api, 'alice', { area: 2 }), {
    message: /conflict with "before-first-apply" using boats.test\/v1: .spec.area/,
  });
  assert.deepEqual((await apply(api, 'alice', { area: 2 }, true))['spec'], { area: 2, cloth: 'cotton' });
});

test('applying the same again writes nothing', async () => {
  const { api, store } = await startApi();
  await apply(api, 'alice', { area: 3, crew: ['bo'] });
  const before = store.revision;
  await apply(api, 'alice', { area: 3, crew: ['bo'] });
  assert.equal(store.revision, before);
});

test('apply needs a manager', async () => {
  const { api } = await startApi();
  const request = { type: 'apply', body: { metadata: { name: 'jib' } } } as const;
  await assert.rejects(api.patch(SAIL, 'jib', request, 'sea'), { message: /fieldManager: Required value/ });
});

test('conflicts with several fields are listed below the manager', async () => {
  const { api } = await startApi();
  await apply(api, 'alice', { area: 3, replicas: 2 });
  await assert.rejects(apply(api, 'bob', { area: 4, replicas: 3 }), {
    message: 'Apply failed with 2 conflicts: conflicts with "alice":\n- .spec.area\n- .spec.replicas',
  });
});

test('a tracked creation belongs to its writer, and the status to who writes that', async () => {
  const { api } = await startApi();
  const body = { apiVersion: 'boats.test/v1', kind: 'Sail', metadata: { name: 'jib' }, spec: { area: 3 } };
  const created = await api.create(SAIL, body, 'sea', { fieldManager: 'maker', tracked: true });
  assert.deepEqual(owners(created), { 'maker Update': { 'f:spec': { 'f:area': {}, 'f:cloth': {} } } });
  const status = { ...created, status: { torn: true } };
  const options = { fieldManager: 'maker', subresource: 'status' };
  const updated = await api.update(SAIL, 'jib', status, 'sea', options);
  const entries = updated.metadata.managedFields as { subresource?: string; fieldsV1: unknown }[];
  assert.deepEqual(
    entries.map(({ subresource }) => subresource),
    [undefined, 'status'],
  );
});

test('a writer may change the record of owners, and clear it', async () => {
  const { api } = await startApi();
  const object = await apply(api, 'alice', { area: 3 });
  const managedFields = [{ ...(object.metadata.managedFields as object[])[0], manager: 'bob' }];
  const body = { metadata: { managedFields } };
  const renamed = await api.patch(SAIL, 'jib', { type: 'merge', body }, 'sea', {});
  assert.deepEqual(Object.keys(owners(renamed)), ['bob Apply']);
  const cleared = await api.patch(
    SAIL,
    'jib',
    { type: 'merge', body: { metadata: { managedFields: [{}] } } },
    'sea',
    {},
  );
  assert.equal(cleared.metadata.managedFields, undefined);
});
