import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { folderWith, storeFor } from '../testing/stores.js';
import { exportArchive } from './export.js';
import { importArchive, importFolder } from './import.js';

async function exported(t: TestContext, names: readonly string[]) {
  const { store } = await storeFor(t);
  const context = await folderWith(t, { Dockerfile: 'FROM scratch\nCOPY file /data/\nENV A=1', file: 'content' });
  const image = await store.build({ tags: names, context });
  const folder = await folderWith(t);
  const file = path.join(folder, 'images.tar');
  await exportArchive(store, names, (archive) => pipeline(archive, createWriteStream(file)));
  return { image, file, folder };
}

test('what was exported is imported with its names, plain and compressed', async (t) => {
  const { image, file } = await exported(t, ['shop/web:v1', 'quay.io/x/y:z']);
  const { store } = await storeFor(t);
  await importArchive(store, createReadStream(file), []);
  const found = await store.find('shop/web:v1');
  assert.deepEqual([found?.id, found?.names], [image.id, ['docker.io/shop/web:v1', 'quay.io/x/y:z']]);
  assert.equal(await readFile(path.join((await store.rootfs(found!))!, 'data/file'), 'utf8'), 'content');
  execFileSync('gzip', [file]);
  const other = (await storeFor(t)).store;
  await importArchive(other, createReadStream(`${file}.gz`), ['renamed:v2']);
  assert.deepEqual((await other.list())[0]?.names, ['docker.io/library/renamed:v2']);
});

test("docker's archive: layers by path, names by RepoTags", async (t) => {
  const { image, file, folder } = await exported(t, ['shop/web:v1']);
  execFileSync('tar', ['-xf', file, '-C', folder]);
  const [entry] = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'));
  const old = await folderWith(t, {
    'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['old:v1'], Layers: ['abc/layer.tar'] }]),
    'config.json': await readFile(path.join(folder, entry.Config), 'utf8'),
    'abc/layer.tar': '',
  });
  await writeFile(path.join(old, 'abc/layer.tar'), await readFile(path.join(folder, entry.Layers[0])));
  const { store } = await storeFor(t);
  const [imported] = await importFolder(store, old, []);
  assert.deepEqual([imported?.id, imported?.names], [image.id, ['docker.io/library/old:v1']]);
  await writeFile(path.join(old, 'abc/layer.tar'), 'other');
  await assert.rejects(importFolder((await storeFor(t)).store, old, []), { code: 'DIGEST_MISMATCH' });
});

for (const [what, files, code, message] of [
  ['nothing', {}, 'ARCHIVE_INVALID', /neither an index.json nor a manifest.json/],
  ['broken JSON', { 'index.json': '{' }, 'ARCHIVE_INVALID', /index.json/],
  [
    'a path that leads out',
    { 'manifest.json': '[{"Config":"../../etc/passwd","Layers":[]}]' },
    'ARCHIVE_INVALID',
    /missing/,
  ],
  [
    'a digest that leads out',
    { 'index.json': '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:../../x","size":1}]}' },
    'MANIFEST_INVALID',
    /digests/,
  ],
] as const) {
  test(`an archive with ${what} is refused`, async (t) => {
    await assert.rejects(importFolder((await storeFor(t)).store, await folderWith(t, files), []), { code, message });
  });
}

test('what is no tar at all is refused', async (t) => {
  const { store } = await storeFor(t);
  const archive = Readable.from([Buffer.from('no tar '.repeat(200))]);
  await assert.rejects(importArchive(store, archive, []), {
    code: 'ARCHIVE_INVALID',
    message: /Cannot read the tar archive/,
  });
});
