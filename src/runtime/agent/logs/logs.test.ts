import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import type { LogOptions } from '../../../resources/core/pod-access.js';
import { ContainerLog, LOG_FILE_BYTES_MAX, LOG_FILES_MAX } from './container-log.js';
import { LINE_BYTES_MAX } from './cri-line.js';
import { readLog } from './log-reader.js';

async function startLog(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const clock = new FakeClock();
  const log = new ContainerLog(folder, 0, clock);
  t.after(() => log.close());
  const read = (options: Partial<LogOptions> = {}) =>
    readLog(ContainerLog.filesOf(folder, 0), log, { container: 'app', ...options });
  return { log, clock, folder, read };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('both streams come back in order; an unfinished line waits', async (t) => {
  const { log, read } = await startLog(t);
  log.write('stdout', Buffer.from('one\ntw'));
  log.write('stderr', Buffer.from('problem\n'));
  assert.equal(await textOf(read()), 'one\nproblem\n');
  log.write('stdout', Buffer.from('o\n'));
  assert.equal(await textOf(read()), 'one\nproblem\ntwo\n');
});

test('tail, since, timestamps, limitBytes', async (t) => {
  const { log, clock, read } = await startLog(t);
  for (let i = 0; i < 3000; i++) {
    log.write('stdout', Buffer.from(`line ${i}\n`));
    clock.advance(1);
  }
  assert.equal(await textOf(read({ tailLines: 2 })), 'line 2998\nline 2999\n');
  assert.equal(await textOf(read({ tailLines: 0 })), '');
  assert.equal(await textOf(read({ sinceTime_ms: clock.now() - 1 })), 'line 2999\n');
  assert.equal(await textOf(read({ tailLines: 1, timestamps: true })), '2026-01-01T00:00:02.999000000Z line 2999\n');
  assert.equal(await textOf(read({ limitBytes: 8 })), 'line 0\nl');
});

test('a line beyond the limit is split and comes back whole', async (t) => {
  const { log, read } = await startLog(t);
  const long = 'x'.repeat(LINE_BYTES_MAX * 2 + 1);
  log.write('stdout', Buffer.from(`before\n${long}\nafter\n`));
  assert.equal(await textOf(read({ tailLines: 2, timestamps: false })), `${long}\nafter\n`);
});

test('follow: earlier and later lines, each once, to the end of the run', async (t) => {
  const { log, read } = await startLog(t);
  log.write('stdout', Buffer.from('early\n'));
  const following = textOf(read({ follow: true }));
  await new Promise(setImmediate);
  log.write('stdout', Buffer.from('late\nlast'));
  log.close();
  assert.equal(await following, 'early\nlate\nlast\n');
});

test('files rotate by size, and no more than the limit stay', async (t) => {
  const { log, folder, read } = await startLog(t);
  const line = Buffer.from(`${'y'.repeat(LINE_BYTES_MAX - 1)}\n`);
  const lines = Math.ceil((LOG_FILE_BYTES_MAX / line.length) * (LOG_FILES_MAX + 1));
  for (let i = 0; i < lines; i++) log.write('stdout', line);
  log.write('stdout', Buffer.from('end\n'));
  assert.equal(ContainerLog.filesOf(folder, 0).length, LOG_FILES_MAX);
  assert.equal(await textOf(read({ tailLines: 1 })), 'end\n');
});

test('a rotation while a log is read or followed neither loses nor doubles a line', async (t) => {
  const { log, read } = await startLog(t);
  const filler = Buffer.from(`${'y'.repeat(LINE_BYTES_MAX - 1)}\n`);
  const fill = (count: number) => {
    for (let i = 0; i < count; i++) log.write('stdout', filler);
  };
  const perFile = Math.floor(LOG_FILE_BYTES_MAX / filler.length);
  log.write('stdout', Buffer.from('first\n'));
  fill(Math.floor(perFile / 2));
  const [past, following, tail] = [read(), read({ follow: true }), read({ follow: true, tailLines: 1 })];
  const followed = textOf(following);
  const fromTail = textOf(tail);
  // A rotation, and less than a follower may leave unread.
  const later = perFile - 50;
  fill(later);
  log.write('stdout', Buffer.from('last\n'));
  assert.equal((await textOf(past)).split('\n').length, 1 + Math.floor(perFile / 2) + 1);
  const sinceStart = 2 + Math.floor(perFile / 2) + later;
  assert.equal((await textOf(read())).split('\n').length - 1, sinceStart);
  log.close();
  assert.equal((await followed).split('\n').length - 1, sinceStart);
  assert.match(await followed, /^first\n[\s\S]*\nlast\n$/);
  assert.equal((await fromTail).split('\n').length - 1, 1 + later + 1);
});

test('a reader that goes away before it has read leaves no file open', async (t) => {
  const { log, read } = await startLog(t);
  log.write('stdout', Buffer.from('one\n'));
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const reader = read({ follow: true });
  assert.ok(open() > before);
  reader.destroy();
  await once(reader, 'close');
  assert.equal(open(), before);
});
