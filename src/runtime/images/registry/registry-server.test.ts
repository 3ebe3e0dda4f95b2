import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { MANIFEST_BYTES_MAX, MEDIA } from '../media-types.js';
import { PASSWORD, registryFor, type TestRegistry } from '../testing/stores.js';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const BASIC = { Authorization: `Basic ${Buffer.from(`trysail:${PASSWORD}`).toString('base64')}` };

function ask(
  { address }: TestRegistry,
  method: string,
  path: string,
  { headers = BASIC, body }: { headers?: http.OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${address}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function digest(content: string, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

async function pushBlob(registry: TestRegistry, name: string, content: string): Promise<void> {
  const answer = await ask(registry, 'POST', `/v2/${name}/blobs/uploads/?digest=${digest(content)}`, { body: content });
  assert.equal(answer.status, 201);
}

async function pushImage(registry: TestRegistry, name: string, tag: string, text = 'layer'): Promise<string> {
  const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [digest(text)] }, config: {} });
  for (const blob of [config, text]) await pushBlob(registry, name, blob);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: { mediaType: MEDIA.config, digest: digest(config), size: config.length },
    layers: [{ mediaType: MEDIA.layer, digest: digest(text), size: text.length }],
  });
  const headers = { ...BASIC, 'Content-Type': MEDIA.manifest };
  const answer = await ask(registry, 'PUT', `/v2/${name}/manifests/${tag}`, { headers, body: manifest });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.headers['docker-content-digest'], digest(manifest));
  return digest(manifest);
}

test('who may: everybody on this machine reads, who writes signs in, web pages and foreign names do nothing', async (t) => {
  const registry = await registryFor(t);
  await pushImage(registry, 'shop/web', 'v1');
  const anonymous = await ask(registry, 'GET', '/v2/', { headers: {} });
  assert.deepEqual([anonymous.status, anonymous.headers['www-authenticate']], [401, 'Basic realm="Trysail registry"']);
  assert.match(anonymous.text, /"code":"UNAUTHORIZED".*trysail image registry --password/);
  const cases: readonly (readonly [number, string, string, http.OutgoingHttpHeaders])[] = [
    [200, 'GET', '/v2/', BASIC],
    [200, 'GET', '/v2/', { Authorization: `Bearer ${PASSWORD}` }],
    [401, 'GET', '/v2/', { Authorization: 'Bearer other' }],
    [401, 'GET', '/v2/', { Authorization: `Basic ${Buffer.from('trysail:other').toString('base64')}` }],
    [200, 'GET', '/v2/shop/web/manifests/v1', {}],
    [401, 'POST', '/v2/shop/web/blobs/uploads/', {}],
    [401, 'DELETE', '/v2/shop/web/manifests/v1', {}],
    [403, 'GET', '/v2/shop/web/manifests/v1', { Host: 'evil.example:5000' }],
    [403, 'GET', '/v2/shop/web/manifests/v1', { Origin: 'http://evil.example' }],
    [403, 'GET', '/v2/', { ...BASIC, Origin: `http://${registry.address}` }],
    [200, 'GET', '/v2/shop/web/manifests/v1', { Host: 'localhost:5000' }],
  ];
  for (const [status, method, path, headers] of cases) {
    assert.equal(
      (await ask(registry, method, path, { headers })).status,
      status,
      `${method} ${path} ${JSON.stringify(headers)}`,
    );
  }
});

test('a manifest by tag and by digest, and what it is of', async (t) => {
  const registry = await registryFor(t);
  const pushed = await pushImage(registry, 'shop/web', 'v1');
  for (const reference of ['v1', pushed]) {
    const head = await ask(registry, 'HEAD', `/v2/shop/web/manifests/${reference}`);
    assert.deepEqual([head.status, head.headers['docker-content-digest'], head.text], [200, pushed, '']);
    assert.equal(head.headers['content-type'], MEDIA.manifest);
  }
  const found = await registry.store.find('shop/web:v1');
  assert.equal(found?.digest, pushed, 'what is pushed is in the store');
  assert.deepEqual(registry.failures, []);
});

test('a blob in pieces, with its place in between, and ranges of it', async (t) => {
  const registry = await registryFor(t);
  const started = await ask(registry, 'POST', '/v2/a/b/blobs/uploads/');
  assert.deepEqual([started.status, started.headers['range']], [202, '0-0']);
  const place = started.headers.location!;
  const first = await ask(registry, 'PATCH', place, { body: 'hello ', headers: { ...BASIC, 'Content-Range': '0-5' } });
  assert.deepEqual([first.status, first.headers['range']], [202, '0-5']);
  const gap = await ask(registry, 'PATCH', place, { body: 'x', headers: { ...BASIC, 'Content-Range': '9-9' } });
  assert.deepEqual([gap.status, gap.headers['range']], [416, '0-5']);
  assert.equal((await ask(registry, 'GET', place)).headers['range'], '0-5');
  const end = await ask(registry, 'PUT', `${place}?digest=${digest('hello world')}`, { body: 'world' });
  assert.deepEqual([end.status, end.headers.location], [201, `/v2/a/b/blobs/${digest('hello world')}`]);
  const blob = `/v2/a/b/blobs/${digest('hello world')}`;
  for (const [range, status, text] of [
    ['bytes=6-', 206, 'world'],
    ['bytes=0-4', 206, 'hello'],
    ['bytes=-3', 206, 'rld'],
    ['bytes=6-999', 206, 'world'],
    ['bytes=0-1,3-4', 200, 'hello world'],
  ] as const) {
    const answer = await ask(registry, 'GET', blob, { headers: { Range: range } });
    assert.deepEqual([answer.status, answer.text], [status, text], range);
  }
  const beyond = await ask(registry, 'GET', blob, { headers: { Range: 'bytes=11-' } });
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */11']);
  const mounted = await ask(registry, 'POST', `/v2/c/d/blobs/uploads/?mount=${digest('hello world')}&from=a/b`);
  assert.equal(mounted.status, 201);
  const cancelled = (await ask(registry, 'POST', '/v2/a/b/blobs/uploads/')).headers.location!;
  assert.equal((await ask(registry, 'DELETE', cancelled)).status, 204);
  assert.equal((await ask(registry, 'GET', cancelled)).status, 404);
});

test('tags and repositories, in pages', async (t) => {
  const registry = await registryFor(t);
  for (const tag of ['v3', 'v1', 'v2']) await pushImage(registry, 'shop/web', tag);
  await pushImage(registry, 'library/one', 'x');
  assert.deepEqual(JSON.parse((await ask(registry, 'GET', '/v2/shop/web/tags/list')).text), {
    name: 'shop/web',
    tags: ['v1', 'v2', 'v3'],
  });
  const page = await ask(registry, 'GET', '/v2/shop/web/tags/list?n=2');
  assert.deepEqual(JSON.parse(page.text).tags, ['v1', 'v2']);
  assert.equal(page.headers['link'], '</v2/shop/web/tags/list?n=2&last=v2>; rel="next"');
  const rest = await ask(registry, 'GET', '/v2/shop/web/tags/list?n=2&last=v2');
  assert.deepEqual([JSON.parse(rest.text).tags, rest.headers['link']], [['v3'], undefined]);
  assert.deepEqual(JSON.parse((await ask(registry, 'GET', '/v2/_catalog')).text), {
    repositories: ['one', 'shop/web'],
  });
});

test('deleted: a tag, a manifest with its tags, a blob that none needs', async (t) => {
  const registry = await registryFor(t);
  const manifest = await pushImage(registry, 'a', 'v1');
  await pushImage(registry, 'a', 'v2');
  const blob = `/v2/a/blobs/${digest('layer')}`;
  assert.equal((await ask(registry, 'DELETE', blob)).status, 405, 'in use');
  assert.equal((await ask(registry, 'DELETE', '/v2/a/manifests/v1')).status, 202);
  assert.equal((await ask(registry, 'GET', '/v2/a/manifests/v1')).status, 404);
  assert.equal((await ask(registry, 'GET', '/v2/a/manifests/v2')).status, 200);
  assert.equal((await ask(registry, 'DELETE', `/v2/a/manifests/${manifest}`)).status, 202);
  assert.equal((await ask(registry, 'GET', '/v2/a/manifests/v2')).status, 404);
  assert.equal((await ask(registry, 'DELETE', blob)).status, 202);
  assert.equal((await ask(registry, 'GET', blob)).status, 404);
});

test('referrers: what is about an image, by its type', async (t) => {
  const registry = await registryFor(t);
  const subject = await pushImage(registry, 'a', 'v1');
  await pushBlob(registry, 'a', '{}');
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest('{}'), size: 2 };
  const about = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: MEDIA.manifest, artifactType: 'test/sbom', config: empty, layers: [empty] },
    subject: { mediaType: MEDIA.manifest, digest: subject, size: 1 },
  });
  const put = await ask(registry, 'PUT', `/v2/a/manifests/${digest(about)}`, { body: about });
  assert.deepEqual([put.status, put.headers['oci-subject']], [201, subject]);
  const all = JSON.parse((await ask(registry, 'GET', `/v2/a/referrers/${subject}`)).text);
  assert.deepEqual(all.manifests, [
    { mediaType: MEDIA.manifest, digest: digest(about), size: about.length, artifactType: 'test/sbom' },
  ]);
  const other = await ask(registry, 'GET', `/v2/a/referrers/${subject}?artifactType=other`);
  assert.deepEqual([JSON.parse(other.text).manifests, other.headers['oci-filters-applied']], [[], 'artifactType']);
});

const NONE = digest('none');
const NO_BLOB = JSON.stringify({
  schemaVersion: 2,
  config: { mediaType: MEDIA.config, digest: NONE, size: 1 },
  layers: [],
});
for (const [method, path, body, status, code] of [
  ['GET', '/v2/a/manifests/none', undefined, 404, 'MANIFEST_UNKNOWN'],
  ['GET', `/v2/a/manifests/${NONE}`, undefined, 404, 'MANIFEST_UNKNOWN'],
  ['GET', '/v2/a/manifests/sha256:12', undefined, 400, 'DIGEST_INVALID'],
  ['GET', '/v2/a/tags/list', undefined, 404, 'NAME_UNKNOWN'],
  ['GET', '/v2/A/tags/list', undefined, 400, 'NAME_INVALID'],
  ['GET', `/v2/${'a'.repeat(256)}/tags/list`, undefined, 400, 'NAME_INVALID'],
  ['GET', `/v2/a/blobs/${NONE}`, undefined, 404, 'BLOB_UNKNOWN'],
  ['GET', '/v2/a/blobs/sha256:..%2f..%2fetc', undefined, 404, 'UNSUPPORTED'],
  ['GET', '/v2/a/blobs/uploads/none', undefined, 404, 'BLOB_UPLOAD_UNKNOWN'],
  ['POST', `/v2/a/blobs/uploads/?digest=${NONE}`, 'other', 400, 'DIGEST_INVALID'],
  ['POST', '/v2/a/blobs/uploads/?digest=x', 'other', 400, 'DIGEST_INVALID'],
  ['PUT', '/v2/a/manifests/v1', 'no json', 400, 'MANIFEST_INVALID'],
  ['PUT', '/v2/a/manifests/v1', '{"schemaVersion":1}', 400, 'MANIFEST_INVALID'],
  [
    'PUT',
    '/v2/a/manifests/v1',
    '{"schemaVersion":2,"config":{"digest":"sha256:../x"},"layers":[]}',
    400,
    'MANIFEST_INVALID',
  ],
  ['PUT', '/v2/a/manifests/v1', NO_BLOB, 404, 'MANIFEST_BLOB_UNKNOWN'],
  ['PUT', '/v2/a/manifests/v1', ' '.repeat(MANIFEST_BYTES_MAX + 1), 413, 'SIZE_INVALID'],
  ['PUT', `/v2/a/manifests/${NONE}`, NO_BLOB, 400, 'DIGEST_INVALID'],
  ['PUT', '/v2/a/tags/list', undefined, 405, 'UNSUPPORTED'],
  ['GET', '/v2/a', undefined, 404, 'UNSUPPORTED'],
] as const) {
  test(`refused: ${method} ${path.slice(0, 60)} ${(body ?? '').slice(0, 30).trim()}`, async (t) => {
    const registry = await registryFor(t);
    const answer = await ask(registry, method, path, body === undefined ? {} : { body });
    assert.equal(answer.status, status, answer.text);
    assert.equal(JSON.parse(answer.text).errors[0].code, code);
    assert.deepEqual(registry.failures, []);
  });
}

test('a blob has a limit, and one past it is refused', async (t) => {
  const registry = await registryFor(t, { blobBytes_max: 10 });
  await pushBlob(registry, 'a', '0123456789');
  const content = '01234567890';
  const answer = await ask(registry, 'POST', `/v2/a/blobs/uploads/?digest=${digest(content)}`, { body: content });
  assert.deepEqual([answer.status, JSON.parse(answer.text).errors[0].code], [413, 'SIZE_INVALID']);
});

test('a digest may be sha512', async (t) => {
  const registry = await registryFor(t);
  const name = digest('x', 'sha512');
  assert.equal((await ask(registry, 'POST', `/v2/a/blobs/uploads/?digest=${name}`, { body: 'x' })).status, 201);
  assert.equal((await ask(registry, 'GET', `/v2/a/blobs/${name}`)).text, 'x');
});
