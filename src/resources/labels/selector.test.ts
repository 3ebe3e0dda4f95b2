import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabelSelector, matchesLabelSelector } from './selector.js';

test('all labels and all expressions must hold', () => {
  const selector = {
    matchLabels: { app: 'front' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['web', 'api'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'zone', operator: 'NotIn', values: ['c'] },
    ],
  };
  assert.equal(matchesLabelSelector(selector, { app: 'front', tier: 'web' }), true);
  assert.equal(matchesLabelSelector(selector, { app: 'front', tier: 'web', zone: 'c' }), false);
  assert.equal(matchesLabelSelector(selector, { app: 'front', tier: 'web', old: '' }), false);
  assert.equal(matchesLabelSelector(selector, { app: 'front' }), false);
  assert.equal(formatLabelSelector(selector), '!old,app=front,tier in (api,web),zone notin (c)');
});

test('an empty selector matches everything, an absent one nothing', () => {
  assert.equal(matchesLabelSelector({}, {}), true);
  assert.equal(matchesLabelSelector(undefined, {}), false);
});
