import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration_ms, parseDuration } from './duration.js';

test('parseDuration: one unit, several, and fractions', () => {
  assert.equal(parseDuration('1s'), 1_000);
  assert.equal(parseDuration('250ms'), 250);
  assert.equal(parseDuration('1.5s'), 1_500);
  assert.equal(parseDuration('1h30m'), 5_400_000);
  assert.equal(parseDuration('0'), 0);
  assert.equal(parseDuration('0s'), 0);
});

test('parseDuration: what is none', () => {
  for (const text of ['', '5', '5x', '-1s', 's', '1s ', '1 s', '1s2'])
    assert.equal(parseDuration(text), undefined, text);
  assert.throws(() => duration_ms('soon'), { message: 'Cannot parse duration "soon"' });
});
