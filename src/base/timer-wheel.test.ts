import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './fake-clock.js';
import { SeededRandom } from './random.js';
import { TimerWheel, WheelTimer } from './timer-wheel.js';

test('TimerWheel: each timer fires once, never early, at most a tick late, over all levels', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const random = new SeededRandom(7);
  const late: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const delay_ms = random.below(10) === 0 ? random.below(3_000_000) : random.below(2_000);
    const due_ms = clock.monotonic_ms() + delay_ms;
    wheel.arm(new WheelTimer(() => late.push(clock.monotonic_ms() - due_ms)), delay_ms);
    clock.advance(random.below(20));
  }
  clock.advance(3_000_100);
  assert.equal(late.length, 2000);
  assert.ok(Math.min(...late) >= 0, `early by ${Math.min(...late)}`);
  assert.ok(Math.max(...late) <= 8, `late by ${Math.max(...late)}`);
  assert.equal(wheel.pending, 0);
  assert.equal(clock.pendingTimers, 0);
});

test('TimerWheel: a cancelled timer does not fire, an armed one moves', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const fired: string[] = [];
  const cancelled = new WheelTimer(() => fired.push('cancelled'));
  const moved = new WheelTimer(() => fired.push(`moved ${clock.monotonic_ms()}`));
  wheel.arm(cancelled, 100);
  wheel.arm(moved, 50);
  wheel.cancel(cancelled);
  wheel.cancel(cancelled);
  wheel.arm(moved, 400);
  clock.advance(1000);
  assert.deepEqual(fired, ['moved 400']);
});

test('TimerWheel: a timer may arm itself and others while it fires', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  let fired = 0;
  const again = new WheelTimer(() => {
    fired++;
    if (fired < 5) wheel.arm(again, 100);
  });
  wheel.arm(again, 100);
  clock.advance(10_000);
  assert.equal(fired, 5);
});

test('TimerWheel: what one timer throws is reported, and the others fire', () => {
  const clock = new FakeClock();
  const thrown: unknown[] = [];
  const wheel = new TimerWheel(clock, (error) => thrown.push(error));
  const fired: string[] = [];
  const error = new Error('broken');
  wheel.arm(
    new WheelTimer(() => {
      throw error;
    }),
    10,
  );
  wheel.arm(new WheelTimer(() => fired.push('same time')), 10);
  wheel.arm(new WheelTimer(() => fired.push('later')), 500);
  clock.advance(600);
  assert.deepEqual(fired, ['same time', 'later']);
  assert.deepEqual(thrown, [error]);
  assert.equal(wheel.pending, 0);
});
