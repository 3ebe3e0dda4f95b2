import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { ContainerLog } from '../logs/container-log.js';
import {
  MESSAGE_BYTES_MAX,
  MESSAGE_LOG_BYTES_MAX,
  MESSAGE_LOG_LINES_MAX,
  makeTerminationFile,
  terminationMessage,
} from './termination-message.js';

function ended(t: TestContext, lines: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trysail-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'termination', 'a');
  makeTerminationFile(file);
  const logFolder = path.join(folder, 'logs');
  const log = new ContainerLog(logFolder, 0, new FakeClock());
  for (const line of lines) log.write('stdout', Buffer.from(`${line}\n`));
  log.close();
  const message = (exitCode: number, terminationMessagePolicy?: string) => {
    const container = { name: 'a', ...(terminationMessagePolicy && { terminationMessagePolicy }) };
    return terminationMessage({ container, file, logFolder, attempt: 0, exitCode });
  };
  return { file, message };
}

test('the last words are those of the file, up to their limit', async (t) => {
  const { file, message } = ended(t, ['from the log']);
  writeFileSync(file, 'x'.repeat(MESSAGE_BYTES_MAX + 1));
  assert.equal(await message(0), 'x'.repeat(MESSAGE_BYTES_MAX));
  rmSync(file);
  assert.equal(await message(1), '');
});

test('without any, those of the log where the policy says so and the program failed', async (t) => {
  const { message } = ended(t, ['one', 'two']);
  assert.equal(await message(1), '');
  assert.equal(await message(0, 'FallbackToLogsOnError'), '');
  assert.equal(await message(1, 'FallbackToLogsOnError'), 'one\ntwo\n');
});

test('of a log its last lines and bytes', async (t) => {
  const short = ended(
    t,
    Array.from({ length: MESSAGE_LOG_LINES_MAX + 1 }, (_, i) => `line ${i}`),
  );
  assert.match(await short.message(1, 'FallbackToLogsOnError'), /^line 1\n/);
  const long = ended(t, ['a'.repeat(MESSAGE_LOG_BYTES_MAX)]);
  assert.equal(await long.message(1, 'FallbackToLogsOnError'), `${'a'.repeat(MESSAGE_LOG_BYTES_MAX - 1)}\n`);
});
