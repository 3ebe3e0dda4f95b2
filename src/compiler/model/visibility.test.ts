import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibilityRank } from './visibility.js';

test('what only its own namespace sees goes before what is exported to it by name, and that before what all see', () => {
  assert.equal(visibilityRank(['.'], 'shop', 'shop'), 0);
  assert.equal(visibilityRank(['shop'], 'shop', 'shop'), 0);
  assert.equal(visibilityRank(['desk', '.'], 'shop', 'desk'), 1);
  assert.equal(visibilityRank(undefined, 'shop', 'desk'), 2);
  assert.equal(visibilityRank(['*'], 'shop', 'shop'), 2);
});

test('what is exported to others, or to nobody, is not seen', () => {
  assert.equal(visibilityRank(['.'], 'shop', 'desk'), undefined);
  assert.equal(visibilityRank(['desk'], 'shop', 'shop'), undefined);
  assert.equal(visibilityRank(['~'], 'shop', 'shop'), undefined);
});
