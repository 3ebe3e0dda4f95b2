import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpMatchRequest, HttpRoute } from '../../resources/istio/virtualservice/types.js';
import { mergeDelegated } from './merge-delegated.js';

function merged(root: HttpMatchRequest[], delegate: HttpMatchRequest[]): HttpMatchRequest[] | undefined {
  const result = mergeDelegated({ match: root, delegate: { name: 'd' } }, { match: delegate });
  return result && (result.match ?? []);
}

test('a delegate’s match is narrowed by each match of the root that it is a part of', () => {
  assert.deepEqual(merged([{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }], [{ uri: { exact: '/a/x' } }]), [
    { uri: { exact: '/a/x' } },
  ]);
  assert.deepEqual(merged([{ headers: { a: { exact: '1' } } }], [{ headers: { b: { exact: '2' } }, port: 80 }]), [
    { headers: { a: { exact: '1' }, b: { exact: '2' } }, port: 80 },
  ]);
  assert.deepEqual(merged([{ name: 'r', uri: { prefix: '/a' } }], [{ name: 'd' }]), [
    { name: 'r-d', uri: { prefix: '/a' } },
  ]);
  assert.deepEqual(merged([], [{ port: 80 }]), [{ port: 80 }]);
  assert.deepEqual(merged([{ port: 80 }], []), [{ port: 80 }]);
});

const CONFLICTS: readonly [what: string, root: HttpMatchRequest, delegate: HttpMatchRequest][] = [
  ['another path', { uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }],
  ['a wider path', { uri: { prefix: '/a/b' } }, { uri: { prefix: '/a' } }],
  ['a prefix of what is exact', { uri: { exact: '/a' } }, { uri: { prefix: '/a' } }],
  ['two regular expressions', { uri: { regex: '/a.*' } }, { uri: { regex: '/a.*' } }],
  ['another header', { headers: { a: { exact: '1' } } }, { headers: { a: { exact: '2' } } }],
  ['another port', { port: 80 }, { port: 81 }],
  ['case', { uri: { prefix: '/a' }, ignoreUriCase: true }, { uri: { prefix: '/a' } }],
  ['a namespace that it does not repeat', { sourceNamespace: 'a' }, {}],
  ['other labels', { sourceLabels: { app: 'a' } }, { sourceLabels: { app: 'b' } }],
  ['gateways that the root does not name', { gateways: ['a'] }, { gateways: ['a', 'b'] }],
];

for (const [what, root, delegate] of CONFLICTS) {
  test(`a delegate conflicts with its root: ${what}`, () => assert.equal(merged([root], [delegate]), undefined));
}

test('a delegate inherits what it does not say, and is named after both', () => {
  const root: HttpRoute = {
    name: 'r',
    timeout: '1s',
    headers: { request: { remove: ['x'] } },
    delegate: { name: 'd' },
  };
  const route = [{ destination: { host: 'cart' } }];
  assert.deepEqual(mergeDelegated(root, { name: 'd', route, timeout: '2s' }), {
    name: 'r-d',
    route,
    timeout: '2s',
    headers: { request: { remove: ['x'] } },
  });
});
