import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCHES_WAITING_MAX, LogChannel } from './log-channel.js';
import type { FromProxy } from './messages.js';

test('lines beyond what may wait are left out, and counted in the log', () => {
  const sent: FromProxy[] = [];
  const done: (() => void)[] = [];
  const channel = new LogChannel((message, whenSent) => {
    sent.push(message);
    done.push(whenSent);
  });
  for (let i = 0; i < BATCHES_WAITING_MAX; i++) channel.write('a', `line ${i}`);
  channel.write('a', 'one\ntwo');
  channel.write('a', 'three');
  assert.equal(sent.length, BATCHES_WAITING_MAX);
  done.shift()!();
  channel.write('a', 'four');
  assert.deepEqual(sent.at(-1), {
    type: 'log',
    id: 'a',
    line: '(3 lines are left out here: they came faster than they could be kept)\nfour',
  });
});
