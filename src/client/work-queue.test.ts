import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../base/fake-clock.js';
import { WorkQueue } from './work-queue.js';

test('a key that waits is processed once, however often it was added', async () => {
  const seen: string[] = [];
  const queue = new WorkQueue({ clock: new FakeClock(), process: async (key) => void seen.push(key) });
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  await queue.idle();
  assert.deepEqual(seen, ['a', 'b']);
});

test('a key added while it is processed is processed again, never twice at a time', async () => {
  let running = 0;
  const seen: number[] = [];
  const queue: WorkQueue = new WorkQueue({
    clock: new FakeClock(),
    concurrency: 4,
    process: async (key) => {
      seen.push(++running);
      if (seen.length === 1) queue.add(key);
      await Promise.resolve();
      running--;
    },
  });
  queue.add('a');
  await queue.idle();
  assert.deepEqual(seen, [1, 1]);
});

test('a key that fails comes back later and later, and starts over after a success', async () => {
  const clock = new FakeClock();
  let failing = true;
  let runs = 0;
  const queue = new WorkQueue({
    clock,
    process: async () => {
      runs++;
      if (failing) throw new Error('not yet');
    },
  });
  queue.add('a');
  await queue.idle();
  for (const delay_ms of [5, 10, 20]) {
    clock.advance(delay_ms - 1);
    await queue.idle();
    const before = runs;
    clock.advance(1);
    await queue.idle();
    assert.equal(runs, before + 1);
  }
  failing = false;
  clock.advance(40);
  await queue.idle();
  assert.deepEqual([runs, clock.pendingTimers], [5, 0]);
});

test('delayed keys: the earliest wins, and stop forgets all', async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  const queue = new WorkQueue({ clock, process: async (key) => void seen.push(key) });
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 80);
  clock.advance(50);
  await queue.idle();
  clock.advance(100);
  await queue.idle();
  assert.deepEqual(seen, ['a']);
  queue.addAfter('b', 10);
  queue.add('c');
  queue.stop();
  clock.advance(100);
  await queue.idle();
  assert.deepEqual([seen, clock.pendingTimers], [['a'], 0]);
});
