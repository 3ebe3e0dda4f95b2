import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { Debounce } from './debounce.js';

function setUp(firstWaits = false) {
  const clock = new FakeClock();
  const runs: number[] = [];
  const run = (): void => void runs.push(clock.monotonic_ms());
  const debounce = new Debounce({ clock, quiet_ms: 10, max_ms: 100, firstWaits, run });
  const start = clock.monotonic_ms();
  return { clock, debounce, times: () => runs.map((at) => at - start) };
}

test('debounce: a lone change goes out at once', () => {
  const { clock, debounce, times } = setUp();
  debounce.changed();
  clock.advance(0);
  clock.advance(50);
  debounce.changed();
  clock.advance(0);
  assert.deepEqual(times(), [0, 50]);
});

test('debounce: changes that follow one go out together when nothing has changed for the quiet time', () => {
  const { clock, debounce, times } = setUp();
  for (let i = 0; i < 5; i++) {
    debounce.changed();
    clock.advance(5);
  }
  assert.equal(debounce.pending, true);
  clock.advance(50);
  assert.deepEqual(times(), [0, 30]);
  assert.equal(debounce.pending, false);
});

test('debounce: changes without end wait no longer than the maximum', () => {
  const { clock, debounce, times } = setUp();
  for (let i = 0; i < 50; i++) {
    debounce.changed();
    clock.advance(5);
  }
  assert.deepEqual(times(), [0, 105, 205]);
});

test('debounce: what is stopped does not run', () => {
  const { clock, debounce, times } = setUp();
  debounce.changed();
  debounce.stop();
  clock.advance(1_000);
  assert.deepEqual(times(), []);
});

test('debounce: where the first waits too, all that follow it go out once', () => {
  const { clock, debounce, times } = setUp(true);
  debounce.changed();
  clock.advance(5);
  debounce.changed();
  clock.advance(100);
  assert.deepEqual(times(), [15]);
});
