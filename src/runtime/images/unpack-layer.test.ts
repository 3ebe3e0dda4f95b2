import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { TrysailError } from '../../base/errors.js';
import { tarOf } from './tar.js';
import { readTar } from './tar-reader.js';
import { folderWith } from './testing/stores.js';
import { unpackLayer } from './unpack-layer.js';

/** By the system's own tar, in its formats. */
function tar(folder: string, ...flags: string[]): Readable {
  return Readable.from([execFileSync('tar', ['-C', folder, ...flags, '-cf', '-', '.'])]);
}

test('whiteouts take files of the layers below away; an opaque folder hides them all', async (t) => {
  const below = await folderWith(t, { 'a/one': '1', 'a/two': '2', 'b/old': 'x', 'c/keep': 'k' });
  const layer = await folderWith(t, { 'a/.wh.one': '', 'b/.wh..wh..opq': '', 'b/new': 'n' });
  await unpackLayer(tar(layer), below);
  assert.deepEqual((await readdir(below, { recursive: true })).sort(), ['a', 'a/two', 'b', 'b/new', 'c', 'c/keep']);
});

for (const format of ['--format=ustar', '--format=pax', '--format=gnu', '--format=v7']) {
  test(`tar's ${format}: long names, links, modes, hard links`, async (t) => {
    const isOld = format === '--format=v7';
    const long = isOld ? 'short' : `${'d'.repeat(90)}/${'n'.repeat(90)}`;
    const source = await folderWith(t, { [long]: 'long', run: '#!/bin/sh' });
    await symlink('run', path.join(source, 'link'));
    execFileSync('chmod', ['755', path.join(source, 'run')]);
    execFileSync('ln', [path.join(source, 'run'), path.join(source, 'twin')]);
    const root = await folderWith(t);
    await unpackLayer(tar(source, format), root);
    assert.equal(await readFile(path.join(root, long), 'utf8'), 'long');
    assert.equal(await readlink(path.join(root, 'link')), 'run');
    const [run, twin] = [await lstat(path.join(root, 'run')), await lstat(path.join(root, 'twin'))];
    assert.deepEqual([run.mode & 0o777, twin.ino], [0o755, run.ino]);
  });
}

test('names and links that lead out stay inside', async (t) => {
  const outside = await folderWith(t, { secret: 'old' });
  const root = await folderWith(t);
  await symlink(outside, path.join(root, 'out'));
  const layer = await folderWith(t, { 'out/secret': 'new', 'x/up': 'up' });
  const up = Readable.from([
    execFileSync('tar', ['-C', layer, '--transform=s,x/up,../../../../up,', '-P', '-cf', '-', 'out/secret', 'x/up']),
  ]);
  await unpackLayer(up, root);
  assert.equal(await readFile(path.join(outside, 'secret'), 'utf8'), 'old');
  assert.equal(
    await readFile(path.join(root, outside, 'secret'), 'utf8'),
    'new',
    'the link leads to a folder of the root',
  );
  assert.equal(await readFile(path.join(root, 'up'), 'utf8'), 'up');
});

test('a layer of what changed: new, changed and gone, nothing of the rest', async (t: TestContext) => {
  const below = await folderWith(t, { 'a/same': 's', 'a/changed': '1', 'a/gone': 'g', 'b/other': 'o' });
  const now = await folderWith(t);
  execFileSync('cp', ['-a', `${below}/.`, now]);
  await writeFile(path.join(now, 'a/changed'), 'longer');
  await mkdir(path.join(now, 'new'));
  execFileSync('rm', [path.join(now, 'a/gone')]);
  const names: string[] = [];
  for await (const entry of readTar(tarOf(now, { against: below }))) names.push(entry.name);
  assert.deepEqual(names, ['a/', 'a/changed', 'a/.wh.gone', 'new/']);
  const again = await folderWith(t);
  execFileSync('cp', ['-a', `${below}/.`, again]);
  await unpackLayer(Readable.from(tarOf(now, { against: below })), again);
  assert.deepEqual(
    (await readdir(again, { recursive: true })).sort(),
    (await readdir(now, { recursive: true })).sort(),
  );
});

test('any bytes are a tar or are refused with our error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_048 }), async (bytes) => {
      try {
        for await (const { content } of readTar(Readable.from([Buffer.from(bytes)]))) for await (const _ of content);
      } catch (error) {
        assert.ok(error instanceof TrysailError, String(error));
      }
    }),
    { numRuns: 200 },
  );
});

test('a layer that is cut off is refused', async (t) => {
  const source = await folderWith(t, { file: 'x'.repeat(5_000) });
  const bytes = execFileSync('tar', ['-C', source, '-cf', '-', 'file']);
  const cut = Readable.from([bytes.subarray(0, 2_000)]);
  await assert.rejects(unpackLayer(cut, await folderWith(t)), { code: 'TAR_INVALID', message: /cut off/ });
});
