import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../resources/object.js';
import { ObjectApi } from './object-api.js';
import type { StatusError } from './status-error.js';
import { configMap, sail, startApi } from './testing/harness.js';
import { CONFIG_MAP, NAMESPACE, OLD_SAIL, POD, SAIL } from './testing/kinds.js';

async function failure(call: Promise<unknown>): Promise<StatusError['status']> {
  try {
    await call;
  } catch (error) {
    return (error as StatusError).status;
  }
  throw new Error('the call succeeded');
}

test('create fills in what only the server knows', async () => {
  const { api } = await startApi();
  const created = await api.create(CONFIG_MAP, configMap('a', { k: 'v' }), 'sea');
  assert.equal(created.metadata.resourceVersion, '2');
  assert.equal(created.metadata.generation, undefined, 'Kubernetes counts none of a ConfigMap');
  assert.equal(created.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  assert.equal(created.metadata.namespace, 'sea');
  assert.match(created.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(await api.get(CONFIG_MAP, 'a', 'sea'), created);
});

test('generateName gives a name with a suffix', async () => {
  const { api } = await startApi();
  const created = await api.create(CONFIG_MAP, { metadata: { generateName: 'log-' } }, 'sea');
  assert.match(created.metadata.name, /^log-[a-z0-9]{5}$/);
});

test('errors have the texts of Kubernetes', async () => {
  const { api } = await startApi();
  await api.create(SAIL, sail('jib'), 'sea');
  const messages = [
    await failure(api.get(SAIL, 'x', 'sea')),
    await failure(api.create(SAIL, sail('jib'), 'sea')),
    await failure(api.create(CONFIG_MAP, configMap('a'), 'nowhere')),
    await failure(api.create(SAIL, sail('a', { area: 0, cloth: 'silk' }), 'sea')),
    await failure(api.create(SAIL, sail('a', { area: 'big' }), 'sea')),
    await failure(api.create(SAIL, sail('a', { area: 13 }), 'sea')),
    await failure(api.create(CONFIG_MAP, configMap('Not_A_Name'), 'sea')),
    await failure(api.update(SAIL, 'jib', sail('main'), 'sea')),
    await failure(api.create({ ...SAIL, resource: 'oars' }, sail('a'), 'sea')),
  ].map(({ code, reason, message }) => `${code} ${reason} ${message?.slice(0, 110)}`);
  assert.deepEqual(messages, [
    '404 NotFound sails.boats.test "x" not found',
    '409 AlreadyExists sails.boats.test "jib" already exists',
    '404 NotFound namespaces "nowhere" not found',
    '422 Invalid Sail.boats.test "a" is invalid: [spec.area: Invalid value: 0: spec.area in body should be greater than or equa',
    '422 Invalid Sail.boats.test "a" is invalid: spec.area: Invalid value: "string": spec.area in body must be of type integer:',
    '422 Invalid Sail.boats.test "a" is invalid: spec.area: Invalid value: 13: sailors will not have it',
    `422 Invalid ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain `,
    '400 BadRequest the name of the object (main) does not match the name on the URL (jib)',
    '404 NotFound the server could not find the requested resource',
  ]);
});

test('Invalid names each field as a cause', async () => {
  const { api } = await startApi();
  const status = await failure(api.create(SAIL, sail('a', { area: 13 }), 'sea'));
  assert.deepEqual(status.details, {
    name: 'a',
    group: 'boats.test',
    kind: 'Sail',
    causes: [
      { reason: 'FieldValueInvalid', message: 'Invalid value: 13: sailors will not have it', field: 'spec.area' },
    ],
  });
});

test('update: a stale resourceVersion conflicts, none overwrites', async () => {
  const { api } = await startApi();
  const first = await api.create(CONFIG_MAP, configMap('a', { k: '1' }), 'sea');
  await api.update(CONFIG_MAP, 'a', configMap('a', { k: '2' }), 'sea');
  const stale = await failure(api.update(CONFIG_MAP, 'a', { ...first, data: { k: '3' } }, 'sea'));
  assert.equal(stale.reason, 'Conflict');
  assert.equal(
    stale.message,
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test('update that changes nothing writes nothing', async () => {
  const { api } = await startApi();
  const first = await api.create(CONFIG_MAP, configMap('a', { k: '1' }), 'sea');
  const again = await api.update(CONFIG_MAP, 'a', configMap('a', { k: '1' }), 'sea');
  assert.equal(again.metadata.resourceVersion, first.metadata.resourceVersion);
});

test('generation counts changes of what is wanted, not of status or metadata', async () => {
  const { api } = await startApi();
  await api.create(SAIL, sail('jib', { area: 1 }), 'sea');
  await api.update(SAIL, 'jib', { ...sail('jib', { area: 2 }), status: { up: true } }, 'sea');
  const labelled = { ...sail('jib', { area: 2 }), metadata: { name: 'jib', labels: { a: 'b' } } };
  const updated = await api.update(SAIL, 'jib', labelled, 'sea');
  assert.equal(updated.metadata.generation, 2);
  assert.equal(updated['status'], undefined);
  const status = await api.update(SAIL, 'jib', { ...sail('jib', { area: 9 }), status: { up: true } }, 'sea', {
    subresource: 'status',
  });
  assert.deepEqual(
    [status['status'], status['spec'], status.metadata.generation],
    [{ up: true }, { area: 2, cloth: 'cotton' }, 2],
  );
});

test('what may not change is refused at update', async () => {
  const { api } = await startApi();
  await api.create(SAIL, sail('jib'), 'sea');
  const status = await failure(api.update(SAIL, 'jib', sail('jib', { cloth: 'canvas' }), 'sea'));
  assert.match(status.message ?? '', /spec.cloth: Forbidden: field is immutable/);
});

test('unknown, misspelt and duplicate fields: refused under Strict, warned of under Warn, dropped always', async () => {
  const { api } = await startApi();
  const input = { ...sail('jib', { area: 3, clohth: 'cotton' }), bogus: 1 };
  const strict = await failure(
    api.create(SAIL, input, 'sea', { fieldValidation: 'Strict', duplicateFields: ['spec.area'] }),
  );
  assert.equal(strict.code, 400);
  assert.equal(
    strict.message,
    'Sail in version "v1" cannot be handled as a Sail: strict decoding error: duplicate field "spec.area", unknown field "spec.clohth" (did you mean "cloth"?), unknown field "bogus"',
  );
  const warnings: string[] = [];
  const created = await api.create(SAIL, input, 'sea', {
    fieldValidation: 'Warn',
    warn: (text) => warnings.push(text),
  });
  assert.equal(warnings.length, 2);
  assert.deepEqual(created['spec'], { area: 3, cloth: 'cotton' });
  assert.equal('bogus' in created, false);
});

test('dry run checks all and stores nothing', async () => {
  const { api, store } = await startApi();
  const before = store.revision;
  await api.create(CONFIG_MAP, configMap('a'), 'sea', { dryRun: true });
  assert.equal(store.revision, before);
  assert.equal((await failure(api.get(CONFIG_MAP, 'a', 'sea'))).reason, 'NotFound');
});

test('an old version is stored once, in the new form', async () => {
  const { api } = await startApi();
  await api.create(OLD_SAIL, { metadata: { name: 'jib' }, spec: { size: 7 } }, 'sea');
  const now = await api.get(SAIL, 'jib', 'sea');
  assert.deepEqual([now.apiVersion, now['spec']], ['boats.test/v1', { area: 7, cloth: 'cotton' }]);
  await api.patch(SAIL, 'jib', { type: 'merge', body: { spec: { area: 8 } } }, 'sea');
  const old = await api.get(OLD_SAIL, 'jib', 'sea');
  assert.deepEqual([old.apiVersion, (old['spec'] as { size: number }).size], ['old.test/v1beta1', 8]);
});

test('list: selectors, pages at one revision, Expired after compaction', async () => {
  const { api } = await startApi();
  for (const [name, label] of [
    ['a', 'x'],
    ['b', 'y'],
    ['c', 'x'],
    ['d', 'x'],
  ] as const) {
    await api.create(CONFIG_MAP, configMap(name, {}, { l: label }), 'sea');
  }
  const names = (list: { items: readonly KubeObject[] }) => list.items.map((item) => item.metadata.name).join();
  assert.equal(names(await api.list(CONFIG_MAP, 'sea', { labelSelector: 'l=x' })), 'a,c,d');
  assert.equal(names(await api.list(CONFIG_MAP, undefined, { fieldSelector: 'metadata.name!=a' })), 'b,c,d');
  const first = await api.list(CONFIG_MAP, 'sea', { limit: 3 });
  assert.deepEqual([names(first), first.remainingItemCount], ['a,b,c', 1]);
  await api.delete(CONFIG_MAP, 'd', 'sea');
  await api.create(CONFIG_MAP, configMap('e'), 'sea');
  const second = await api.list(CONFIG_MAP, 'sea', { limit: 3, continue: first.continue! });
  assert.deepEqual([names(second), second.resourceVersion, second.continue], ['d', first.resourceVersion, undefined]);
  assert.equal((await failure(api.list(CONFIG_MAP, 'sea', { continue: 'nonsense' }))).code, 400);
});

test('finalizers hold an object until the last is gone', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, { metadata: { name: 'a', finalizers: ['test/hold'] } }, 'sea');
  assert.equal((await api.delete(CONFIG_MAP, 'a', 'sea')).gone, false);
  assert.ok((await api.get(CONFIG_MAP, 'a', 'sea')).metadata.deletionTimestamp);
  await api.patch(CONFIG_MAP, 'a', { type: 'merge', body: { metadata: { finalizers: null } } }, 'sea');
  assert.equal((await failure(api.get(CONFIG_MAP, 'a', 'sea'))).reason, 'NotFound');
});

test('propagation policies become finalizers', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, configMap('a'), 'sea');
  const { object } = await api.delete(CONFIG_MAP, 'a', 'sea', { propagationPolicy: 'Foreground' });
  assert.deepEqual(object.metadata.finalizers, ['foregroundDeletion']);
  await api.create(CONFIG_MAP, configMap('b'), 'sea');
  const orphaning = await api.delete(CONFIG_MAP, 'b', 'sea', { propagationPolicy: 'Orphan' });
  assert.deepEqual(orphaning.object.metadata.finalizers, ['orphan']);
});

test('a precondition that does not hold stops a delete', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, configMap('a'), 'sea');
  const status = await failure(api.delete(CONFIG_MAP, 'a', 'sea', { preconditions: { uid: 'other' } }));
  assert.match(status.message ?? '', /Precondition failed: UID in precondition: other, UID in object meta: /);
});

test('a running pod gets its grace period; its node ends it', async () => {
  const { api, clock } = await startApi();
  const spec = { nodeName: 'n', terminationGracePeriodSeconds: 7, containers: [{ name: 'c', image: 'i' }] };
  await api.create(POD, { metadata: { name: 'p' }, spec }, 'sea');
  clock.advance(1000);
  const { object, gone } = await api.delete(POD, 'p', 'sea');
  assert.deepEqual(
    [gone, object.metadata.deletionGracePeriodSeconds, object.metadata.deletionTimestamp],
    [false, 7, '2026-01-01T00:00:08Z'],
  );
  const again = await api.delete(POD, 'p', 'sea');
  assert.equal(again.object.metadata.resourceVersion, object.metadata.resourceVersion);
  assert.equal((await api.delete(POD, 'p', 'sea', { gracePeriodSeconds: 0 })).gone, true);
});

test('a pod without a node goes at once', async () => {
  const { api } = await startApi();
  await api.create(POD, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] } }, 'sea');
  assert.equal((await api.delete(POD, 'p', 'sea')).gone, true);
});

test('a binding places a pod once', async () => {
  const { api } = await startApi();
  await api.create(POD, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] } }, 'sea');
  await api.bind('p', 'sea', { target: { kind: 'Node', name: 'n1' } });
  assert.equal(((await api.get(POD, 'p', 'sea'))['spec'] as { nodeName: string }).nodeName, 'n1');
  const again = await failure(api.bind('p', 'sea', { target: { name: 'n2' } }));
  assert.match(again.message ?? '', /pod p is already assigned to node "n1"/);
});

test('a namespace that is going away takes nothing new, and goes by its finalizer', async () => {
  const { api } = await startApi();
  const { object } = await api.delete(NAMESPACE, 'sea');
  assert.deepEqual(object['status'], { phase: 'Terminating' });
  const status = await failure(api.create(CONFIG_MAP, configMap('a'), 'sea'));
  assert.equal(
    status.message,
    'configmaps "a" is forbidden: unable to create new content in namespace sea because it is being terminated',
  );
  const finalized = { ...object, spec: {} };
  await api.update(NAMESPACE, 'sea', finalized, undefined, { subresource: 'finalize' });
  assert.equal((await failure(api.get(NAMESPACE, 'sea'))).reason, 'NotFound');
});

test('scale shows and sets replicas through one shape', async () => {
  const { api } = await startApi();
  await api.create(SAIL, sail('jib', { area: 1, replicas: 2 }), 'sea');
  const scale = await api.scale(SAIL, 'jib', 'sea');
  assert.deepEqual(
    [scale.kind, scale['spec'], scale['status']],
    ['Scale', { replicas: 2 }, { replicas: 0, selector: 'sail=set' }],
  );
  const request = { type: 'merge', body: { spec: { replicas: 5 } }, subresource: 'scale' } as const;
  assert.deepEqual((await api.patch(SAIL, 'jib', request, 'sea'))['spec'], { replicas: 5 });
  assert.equal(((await api.get(SAIL, 'jib', 'sea'))['spec'] as { replicas: number }).replicas, 5);
  const wrong = { ...request, body: { spec: { replicas: -1 } } };
  assert.equal((await failure(api.patch(SAIL, 'jib', wrong, 'sea'))).code, 422);
});

test('deletecollection takes what matches', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, configMap('a', {}, { l: 'x' }), 'sea');
  await api.create(CONFIG_MAP, configMap('b'), 'sea');
  await api.deleteCollection(CONFIG_MAP, 'sea', { labelSelector: 'l=x' });
  assert.deepEqual(
    (await api.list(CONFIG_MAP)).items.map((item) => item.metadata.name),
    ['b'],
  );
});

test('hooks complete and check what is written, and defaults follow them', async () => {
  const { api } = await startApi([
    {
      mutate: ({ object, operation }) => {
        if (object.kind === 'Sail' && operation === 'CREATE') object['spec'] = { area: 4 };
      },
      validate: ({ name }) =>
        name === 'bad' ? [{ reason: 'FieldValueForbidden', field: 'metadata.name', message: 'Forbidden: bad' }] : [],
    },
  ]);
  assert.deepEqual((await api.create(SAIL, sail('jib'), 'sea'))['spec'], { area: 4, cloth: 'cotton' });
  assert.equal((await failure(api.create(SAIL, sail('bad'), 'sea'))).reason, 'Invalid');
});

test('watch: from a revision, through a selector, in the asked version', async () => {
  const { api } = await startApi();
  const { resourceVersion } = await api.list(SAIL);
  const seen: string[] = [];
  const watch = api.watch(OLD_SAIL, 'sea', { resourceVersion, labelSelector: 'set=yes' }, (event) => {
    if (event.type !== 'INITIAL_END')
      seen.push(`${event.type} ${event.object.apiVersion} ${event.object.metadata.resourceVersion}`);
  });
  await api.create(SAIL, sail('jib'), 'sea');
  await api.patch(SAIL, 'jib', { type: 'merge', body: { metadata: { labels: { set: 'yes' } } } }, 'sea');
  await api.patch(SAIL, 'jib', { type: 'merge', body: { spec: { area: 2 } } }, 'sea');
  await api.patch(SAIL, 'jib', { type: 'merge', body: { metadata: { labels: { set: 'no' } } } }, 'sea');
  await api.delete(SAIL, 'jib', 'sea');
  watch.dispose();
  assert.deepEqual(seen, ['ADDED old.test/v1beta1 3', 'MODIFIED old.test/v1beta1 4', 'DELETED old.test/v1beta1 5']);
});

test('watch without a revision begins with what is there; a future or malformed one is refused', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, configMap('a'), 'sea');
  const seen: string[] = [];
  api.watch(CONFIG_MAP, undefined, { sendInitialEvents: true }, (event) => seen.push(event.type)).dispose();
  assert.deepEqual(seen, ['ADDED', 'INITIAL_END']);
  assert.throws(() => api.watch(CONFIG_MAP, undefined, { resourceVersion: '99' }, () => {}), { code: 'Timeout' });
  assert.throws(() => api.watch(CONFIG_MAP, undefined, { resourceVersion: 'x' }, () => {}), { code: 'BadRequest' });
});

test('writes at the same time: one wins each round, none is lost', async () => {
  const { api } = await startApi();
  await api.create(CONFIG_MAP, configMap('a', {}), 'sea');
  const bump = (i: number) => api.patch(CONFIG_MAP, 'a', { type: 'merge', body: { data: { [`k${i}`]: 'x' } } }, 'sea');
  await Promise.all([1, 2, 3, 4, 5].map(bump));
  const { data } = (await api.get(CONFIG_MAP, 'a', 'sea')) as unknown as { data: object };
  assert.equal(Object.keys(data).length, 5);
  assert.ok(api instanceof ObjectApi);
});
