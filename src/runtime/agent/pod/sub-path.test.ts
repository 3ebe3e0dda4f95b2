import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { prepareSubPaths } from './sub-path.js';

test('a folder that nobody made is made; a link out of the volume is refused', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'trysail-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const volume = path.join(folder, 'volume');
  mkdirSync(volume);
  symlinkSync(folder, path.join(volume, 'out'));
  const prepare = (subPath: string) => {
    const container = { name: 'a', volumeMounts: [{ name: 'v', mountPath: '/m', subPath }] };
    const mounts = [{ source: path.join(volume, subPath), target: '/m', readOnly: false }];
    return prepareSubPaths(container, mounts, new Map([['v', volume]]));
  };
  await prepare('deep/er');
  assert.ok(statSync(path.join(volume, 'deep/er')).isDirectory());
  await prepare('deep');
  await assert.rejects(
    prepare('out'),
    /^RuntimeError: failed to prepare subPath for volumeMount "v" of container "a": it leads out of the volume/,
  );
});
