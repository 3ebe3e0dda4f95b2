import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventClock } from './event-clock.js';
import { FakeClock } from './fake-clock.js';

test('time stands still from the first event to the end of the outermost', () => {
  const system = new FakeClock();
  const clock = new EventClock(system);
  const began_ms = clock.monotonic_ms();
  clock.enter();
  system.advance(5);
  clock.enter();
  system.advance(5);
  assert.equal(clock.monotonic_ms(), began_ms);
  clock.leave();
  assert.equal(clock.monotonic_ms(), began_ms);
  clock.leave();
  assert.equal(clock.monotonic_ms(), began_ms + 10);
  clock.enter();
  assert.equal(clock.monotonic_ms(), began_ms + 10);
  clock.leave();
});
