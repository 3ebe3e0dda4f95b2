import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openStore } from './open.js';

type Value = { readonly n: number };

test('values, their revisions and the store revision survive a restart', async (t) => {
  const path = temporaryFile(t);
  const before = openStore<Value>(path);
  await before.write([{ type: 'put', key: 'g/k/a', value: () => ({ n: 1 }) }]);
  await before.write([{ type: 'put', key: 'g/k/b', value: () => ({ n: 2 }) }]);
  await before.write([{ type: 'delete', key: 'g/k/a' }]);
  await before.close();

  const after = openStore<Value>(path);
  assert.equal(after.revision, 3);
  assert.deepEqual(after.range({ prefix: '' }).entries, [{ key: 'g/k/b', revision: 2, value: { n: 2 } }]);
  assert.throws(() => after.watch('', 2, () => {}), { code: 'EXPIRED' });
  after.watch('', 3, () => {}).dispose();
  await after.close();
});

test('what was acknowledged is there after kill -9', async (t) => {
  const path = temporaryFile(t);
  const open = new URL('./open.js', import.meta.url).href;
  const script = `
    const { openStore } = await import(${JSON.stringify(open)});
    const store = openStore(${JSON.stringify(path)});
    for (let n = 0; ; n++) {
      const writes = Array.from({ length: 4 }, (_, i) =>
        store.write([{ type: 'put', key: 'k/' + (n * 4 + i), value: () => ({ n }) }]).then((r) => process.stdout.write(r + '\\n')));
      await Promise.all(writes);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  for await (const line of createInterface(child.stdout)) {
    acknowledged = Number(line);
    if (acknowledged === 200) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

  const store = openStore<Value>(path);
  assert.ok(acknowledged >= 200);
  assert.ok(store.revision >= acknowledged);
  assert.equal(store.range({ prefix: 'k/' }).entries.length, store.revision);
  await store.close();
});

function temporaryFile(t: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state');
}
