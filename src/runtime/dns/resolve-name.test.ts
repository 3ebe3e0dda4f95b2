import assert from 'node:assert/strict';
import test from 'node:test';
import { resolveName } from './resolve-name.js';
import { DATABASE, directoryOf, OUTSIDE, REVIEWS } from './testing.js';

const directory = directoryOf(REVIEWS, DATABASE, OUTSIDE);

test('short, partial and full names mean the same service', () => {
  for (const name of ['reviews', 'Reviews.default', 'reviews.default.svc', 'reviews.default.svc.cluster.local.']) {
    assert.deepEqual(resolveName(name, 'default', directory), { addresses: ['10.96.3.4'] }, name);
  }
});

test('a short name is of the own namespace', () => {
  assert.equal(resolveName('reviews', 'data', directory), undefined);
  assert.deepEqual(resolveName('db', 'data', directory), { addresses: ['10.244.0.7', '10.244.0.8'] });
});

test('an alias out of the mesh is told, a foreign name is not ours', () => {
  assert.deepEqual(resolveName('outside', 'default', directory), { externalName: 'api.example.org' });
  assert.equal(resolveName('www.example.org', 'default', directory), undefined);
});
