import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SILENT_LOGGER } from '../../base/logger.js';
import { AuditFile } from './audit-file.js';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('lines are appended to a file that only its owner reads', async (t) => {
  const path = join(folderFor(t), 'audit.log');
  const first = new AuditFile(path, SILENT_LOGGER);
  first.write('one');
  first.write('two');
  await first.close();
  const second = new AuditFile(path, SILENT_LOGGER);
  second.write('three');
  await second.close();
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a full file is put aside, and the oldest goes', async (t) => {
  const folder = folderFor(t);
  const file = new AuditFile(join(folder, 'audit.log'), SILENT_LOGGER, { file_bytes: 10, waiting_bytes: 1000 });
  for (let i = 0; i < 9; i++) {
    file.write(`line ${i}`);
    await file.close();
  }
  const names = readdirSync(folder).sort();
  assert.deepEqual(names, ['audit.log', ...[1, 2, 3, 4, 5].map((i) => `audit.log.${i}`)]);
  assert.equal(readFileSync(join(folder, 'audit.log.1'), 'utf8'), 'line 7\n');
});

test('what the disk is too slow for is left out, one past the limit', async (t) => {
  const path = join(folderFor(t), 'audit.log');
  const file = new AuditFile(path, SILENT_LOGGER, { file_bytes: 1000, waiting_bytes: 10 });
  for (const line of ['1234', '1234', '1']) file.write(line);
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), '1234\n1234\n');
});

test('a file that cannot be written is refused at once', (t) => {
  const path = join(folderFor(t), 'nowhere', 'audit.log');
  assert.throws(() => new AuditFile(path, SILENT_LOGGER), { code: 'AUDIT_FILE' });
});
