import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { OciLayout } from '../oci-layout.js';
import { folderWith } from '../testing/stores.js';
import { UPLOAD_IDLE_MS, UPLOADS_MAX, Uploads } from './uploads.js';

test('an upload that nobody continues is forgotten, and its file with it', async (t) => {
  const clock = new FakeClock();
  const folder = await folderWith(t);
  const dir = path.join(folder, 'uploads');
  const uploads = new Uploads({ dir, layout: new OciLayout(folder, clock), clock });
  const id = await uploads.begin('a');
  clock.advance(UPLOAD_IDLE_MS - 1);
  assert.equal(await uploads.append('a', id, Readable.from([Buffer.from('hello')])), 5);
  clock.advance(UPLOAD_IDLE_MS - 1);
  assert.equal(uploads.sizeOf('a', id), 5);
  assert.throws(() => uploads.sizeOf('b', id), { code: 'BLOB_UPLOAD_UNKNOWN' });
  clock.advance(1);
  assert.throws(() => uploads.sizeOf('a', id), { code: 'BLOB_UPLOAD_UNKNOWN' });
  while ((await readdir(dir)).length > 0) await new Promise((resolve) => setImmediate(resolve));
  await uploads.close();
});

test('as many uploads as allowed, and one more', async (t) => {
  const clock = new FakeClock();
  const folder = await folderWith(t);
  const uploads = new Uploads({ dir: path.join(folder, 'u'), layout: new OciLayout(folder, clock), clock });
  for (let count = 0; count < UPLOADS_MAX; count++) await uploads.begin('a');
  await assert.rejects(uploads.begin('a'), { code: 'TOOMANYREQUESTS' });
  await uploads.close();
});
