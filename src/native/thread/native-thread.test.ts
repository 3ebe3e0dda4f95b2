import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { NativeThread } from './native-thread.js';
import type { TestingOperations } from './testing-worker.js';

function start(t: TestContext, onEvent?: (event: unknown) => void): NativeThread<TestingOperations> {
  const thread = new NativeThread<TestingOperations>(new URL('./testing-worker.js', import.meta.url), onEvent);
  t.after(() => thread.close());
  return thread;
}

test('a thread answers in place and later, each call its own answer', async (t) => {
  const thread = start(t);
  const later = [thread.run('double', 1), thread.run('double', 2)];
  assert.equal(thread.call('double', 21), 42);
  const last = thread.run('double', 3);
  assert.equal(thread.call('double', 4), 8);
  assert.deepEqual(await Promise.all([...later, last]), [2, 4, 6]);
});

test('an error keeps its code, message and hint', async (t) => {
  const thread = start(t);
  const expected = { name: 'NativeError', code: 'EPERM', message: 'Cannot do it', hint: 'Ask somebody else.' };
  assert.throws(() => thread.call('fail', null), expected);
  await assert.rejects(thread.run('fail', null), expected);
});

test('what a thread tells by itself arrives', async (t) => {
  let hear: (event: unknown) => void = () => {};
  const heard = new Promise((resolve) => {
    hear = resolve;
  });
  await start(t, (event) => hear(event)).run('tell', 'news');
  assert.equal(await heard, 'news');
});

test('a lost thread fails those who wait, and all later calls', async (t) => {
  const thread = start(t);
  await assert.rejects(thread.run('end', null), { code: 'NATIVE_THREAD_LOST' });
  assert.throws(() => thread.call('double', 1), { code: 'NATIVE_THREAD_LOST' });
  await assert.rejects(thread.run('double', 1), { code: 'NATIVE_THREAD_LOST' });
});
