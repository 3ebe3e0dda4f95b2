import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { WorkQueue } from './work-queue.js';

function queue(process: (key: string) => Promise<void>) {
  const clock = new FakeClock();
  const retries: number[] = [];
  return {
    clock,
    retries,
    work: new WorkQueue({ clock, process, onError: (_key, _error, retry_ms) => void retries.push(retry_ms) }),
  };
}

test('a key added many times is processed once; added while in process, once more', async () => {
  let count = 0;
  const { work } = queue(async () => {
    count++;
    if (count === 1) for (let i = 0; i < 5; i++) work.add('a');
    await Promise.resolve();
  });
  for (let i = 0; i < 5; i++) work.add('a');
  await work.idle();
  assert.equal(count, 2);
});

test('one key is never processed twice at a time, and no more than eight keys are', async () => {
  let running = 0;
  let most = 0;
  const { work } = queue(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  });
  for (let i = 0; i < 20; i++) work.add(`key-${i}`);
  await work.idle();
  assert.equal(most, 8);
});

test('failures come again after 5, 10, 20 ms; success forgets them', async () => {
  let failing = true;
  const { work, clock, retries } = queue(async () => {
    if (failing) throw new Error('no');
  });
  work.add('a');
  await work.idle();
  for (const wait_ms of [5, 10]) {
    clock.advance(wait_ms);
    await work.idle();
  }
  assert.deepEqual(retries, [5, 10, 20]);
  failing = false;
  clock.advance(20);
  await work.idle();
  failing = true;
  work.add('a');
  await work.idle();
  assert.equal(retries.at(-1), 5);
});

test('of several delays for one key the shortest counts', async () => {
  let count = 0;
  const { work, clock } = queue(async () => void count++);
  work.addAfter('a', 100);
  work.addAfter('a', 10);
  work.addAfter('a', 50);
  clock.advance(10);
  await work.idle();
  clock.advance(1000);
  await work.idle();
  assert.equal(count, 1);
});

test('stop leaves no timer and processes nothing more', async () => {
  let count = 0;
  const { work, clock } = queue(async () => void count++);
  work.addAfter('a', 100);
  work.add('b');
  await work.stop();
  work.add('c');
  clock.advance(1000);
  await work.idle();
  assert.equal(count, 0);
  assert.equal(clock.pendingTimers, 0);
});
