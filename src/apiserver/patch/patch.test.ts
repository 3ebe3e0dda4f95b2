import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaRef } from '../../resources/schemas/index.js';
import { StatusError } from '../status-error.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { strategicMerge } from './strategic-merge.js';

test('JSON patch: the operations of RFC 6902', () => {
  const cases: [document: unknown, patch: unknown, result: unknown][] = [
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['x'] }], { foo: ['bar', ['x']] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    [{ foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
    [{ baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    [{ a: ['x', 'y'] }, [{ op: 'move', from: '/a/1', path: '/a/0' }], { a: ['y', 'x'] }],
    [{ a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }], { a: 1, b: 1 }],
    [
      { '/': 9, '~1': 10 },
      [
        { op: 'test', path: '/~01', value: 10 },
        { op: 'test', path: '/~1', value: 9 },
      ],
      { '/': 9, '~1': 10 },
    ],
    [{ a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
  ];
  for (const [document, patch, result] of cases) assert.deepEqual(jsonPatch(document, patch), result);
});

test('JSON patch: what does not fit is refused', () => {
  const refused: unknown[] = [
    [{ op: 'test', path: '/a', value: 2 }],
    [{ op: 'remove', path: '/missing' }],
    [{ op: 'replace', path: '/missing', value: 1 }],
    [{ op: 'add', path: '/missing/x', value: 1 }],
    [{ op: 'add', path: '/list/9', value: 1 }],
    [{ op: 'add', path: '/list/01', value: 1 }],
    [{ op: 'explode', path: '/a' }],
    [{ path: '/a' }],
    {},
    Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })),
  ];
  for (const patch of refused) assert.throws(() => jsonPatch({ a: 1, list: [] }, patch), StatusError);
});

test('JSON patch: a document is not changed, and no patch crashes or pollutes', () => {
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    path: fc.constantFrom('', '/a', '/a/b', '/a/0', '/__proto__/x', '/constructor/prototype/x', '/a/-'),
    from: fc.constantFrom('', '/a', '/a/0', '/__proto__'),
    value: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(operation), (document, patch) => {
      const before = JSON.stringify(document);
      try {
        jsonPatch(document, patch);
      } catch (error) {
        assert.ok(error instanceof StatusError);
      }
      assert.equal(JSON.stringify(document), before);
      assert.equal(({} as { x?: unknown }).x, undefined);
    }),
  );
});

test('merge patch: the examples of RFC 7386', () => {
  const cases: [document: unknown, patch: unknown, result: unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [document, patch, result] of cases) assert.deepEqual(mergePatch(document, patch), result);
});

const deployment = schemaRef('io.k8s.api.apps.v1.Deployment');

function containers(...list: object[]) {
  return { spec: { template: { spec: { containers: list } } } };
}

test('strategic merge: items by their name, others stay, new ones first', () => {
  const document = containers({ name: 'a', image: '1', env: [{ name: 'X', value: '1' }] }, { name: 'b', image: '1' });
  const env = [{ name: 'Y', value: '2' }];
  const patch = containers({ name: 'a', image: '2', env }, { name: 'c', image: '3' });
  assert.deepEqual(
    strategicMerge(document, patch, deployment),
    containers(
      { name: 'a', image: '2', env: [...env, { name: 'X', value: '1' }] },
      { name: 'c', image: '3' },
      { name: 'b', image: '1' },
    ),
  );
});

test('strategic merge: directives delete, replace and order', () => {
  const document = containers({ name: 'a', image: '1' }, { name: 'b', image: '1' });
  assert.deepEqual(
    strategicMerge(document, containers({ name: 'a', $patch: 'delete' }), deployment),
    containers({ name: 'b', image: '1' }),
  );
  const replaced = strategicMerge(document, containers({ $patch: 'replace' }, { name: 'z' }), deployment);
  assert.deepEqual(replaced, containers({ name: 'z' }));
  const ordered = { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } } } };
  assert.deepEqual(
    strategicMerge(document, ordered, deployment),
    containers({ name: 'b', image: '1' }, { name: 'a', image: '1' }),
  );
});

test('strategic merge: retainKeys drops the other members of a union', () => {
  const document = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
  const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
  assert.deepEqual(strategicMerge(document, patch, deployment), { spec: { strategy: { type: 'Recreate' } } });
});

test('strategic merge: lists of primitives, and deletions from them', () => {
  const pod = schemaRef('io.k8s.api.core.v1.Pod');
  const document = { metadata: { finalizers: ['a', 'b'] } };
  const merged = strategicMerge(document, { metadata: { finalizers: ['b', 'c'] } }, pod);
  assert.deepEqual(merged, { metadata: { finalizers: ['a', 'b', 'c'] } });
  const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
  assert.deepEqual(strategicMerge(document, patch, pod), { metadata: { finalizers: ['b'] } });
});

test('strategic merge: an item without its merge key is refused', () => {
  assert.throws(() => strategicMerge(containers({ name: 'a' }), containers({ image: 'x' }), deployment), {
    message: /does not contain declared merge key: name/,
  });
});
