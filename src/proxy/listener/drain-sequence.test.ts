import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { SeededRandom } from '../../base/random.js';
import { drainDecision } from './drain-sequence.js';

test('a gradual drain closes after ever more answers, and after all at its end', () => {
  const clock = new FakeClock();
  const closes = drainDecision({ time_ms: 10_000, strategy: 'gradual' }, clock, new SeededRandom(5));
  const shareNow = (): number => Array.from({ length: 1_000 }, closes).filter(Boolean).length / 1_000;
  assert.equal(shareNow(), 0);
  clock.advance(2_500);
  assert.ok(Math.abs(shareNow() - 0.25) < 0.06);
  clock.advance(5_000);
  assert.ok(Math.abs(shareNow() - 0.75) < 0.06);
  clock.advance(2_500);
  assert.equal(shareNow(), 1);
});

test('an immediate drain closes after each answer', () => {
  const closes = drainDecision({ time_ms: 10_000, strategy: 'immediate' }, new FakeClock(), new SeededRandom(5));
  assert.equal(closes(), true);
});
