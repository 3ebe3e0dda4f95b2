import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FindCredential } from './remote/credentials.js';
import { folderWith, PASSWORD, registryFor, storeFor } from './testing/stores.js';
import { pullImage, pushImage, type TransferOptions } from './transfer.js';

const ANONYMOUS: FindCredential = async () => undefined;
const SIGNED_IN: FindCredential = async () => ({ username: 'trysail', password: PASSWORD });

function options(lines: string[] = [], credentials: FindCredential = SIGNED_IN): TransferOptions {
  return { credentials, insecure: false, progress: (line) => lines.push(line) };
}

async function built(t: TestContext, name: string, content = 'hello') {
  const { store, dir } = await storeFor(t);
  const context = await folderWith(t, {
    Dockerfile: 'FROM scratch\nCOPY file /data/\nCMD ["/data/file"]',
    file: content,
  });
  return { store, dir, context, image: await store.build({ tags: [name], context }) };
}

test('pushed from one store and pulled into another, an image is the same', async (t) => {
  const registry = await registryFor(t);
  const name = `${registry.address}/shop/web:v1`;
  const { store, image } = await built(t, name);
  const lines: string[] = [];
  const pushed = await pushImage(store, (await store.entry(name))!, name, options(lines));
  assert.equal(pushed.digest, image.digest);
  assert.equal(lines.filter((line) => line.endsWith(': Pushed')).length, 2);
  const other = (await storeFor(t)).store;
  const pulled = await pullImage(other, name, options([], ANONYMOUS));
  assert.deepEqual([pulled.id, pulled.digest, pulled.names], [image.id, image.digest, [name]]);
  assert.equal(await readFile(path.join((await other.rootfs(pulled))!, 'data/file'), 'utf8'), 'hello');
  const again: string[] = [];
  await pullImage(other, name, options(again));
  assert.ok(again.every((line) => line.endsWith('Already exists')));
});

test('a push without a credential says how to log in', async (t) => {
  const registry = await registryFor(t);
  const name = `${registry.address}/web`;
  const { store } = await built(t, name);
  const pushing = pushImage(store, (await store.entry(name))!, name, options([], ANONYMOUS));
  await assert.rejects(pushing, { code: 'UNAUTHORIZED', message: /authentication required to write/ });
});

test('policies: Always takes what was pushed anew, IfNotPresent keeps what is here, Never pulls nothing', async (t) => {
  const registry = await registryFor(t);
  const name = `${registry.address}/web:v1`;
  const { store, context, image: first } = await built(t, name);
  await pushImage(store, (await store.entry(name))!, name, options());
  const node = (await storeFor(t)).store;
  await assert.rejects(node.resolve(name, 'Never'), { code: 'ErrImageNeverPull' });
  let asked = 0;
  const onPulling = () => void asked++;
  assert.equal((await node.resolve(name, 'IfNotPresent', { onPulling })).id, first.id);
  await writeFile(path.join(context, 'file'), 'changed');
  const second = await store.build({ tags: [name], context });
  await pushImage(store, (await store.entry(name))!, name, options());
  assert.equal((await node.resolve(name, 'IfNotPresent', { onPulling })).id, first.id);
  assert.equal(asked, 1);
  assert.equal((await node.resolve(name, 'Always', { onPulling })).id, second.id);
  const byDigest = `${registry.address}/web@${first.digest}`;
  assert.equal((await node.resolve(byDigest, 'Always')).id, first.id);
});

test('what the registry does not have cannot be pulled, and the reason is said', async (t) => {
  const registry = await registryFor(t);
  const { store } = await storeFor(t);
  const name = `${registry.address}/none:v1`;
  await assert.rejects(store.resolve(name, 'IfNotPresent'), {
    code: 'ErrImagePull',
    message: /failed to pull and unpack image .*none:v1: not found/,
  });
});

test('content that is not what its digest says is refused', async (t) => {
  const registry = await registryFor(t);
  const name = `${registry.address}/web:v1`;
  const { store, image } = await built(t, name);
  await pushImage(store, (await store.entry(name))!, name, options());
  const { manifest } = await store.stored(image);
  const file = registry.store.layout.blobFile(manifest.layers[0]!.digest);
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(600) ^ 1, 600);
  await writeFile(file, bytes);
  const other = (await storeFor(t)).store;
  await assert.rejects(pullImage(other, name, options()), { code: 'DIGEST_MISMATCH' });
  assert.equal(await other.find(name), undefined);
});

test('a registry with tokens: its challenge is answered, and the answer kept', async (t) => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    if (request.url?.startsWith('/token')) {
      response.end(JSON.stringify({ token: 'secret-token' }));
    } else if (request.headers.authorization !== 'Bearer secret-token') {
      const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
      const challenge = `Bearer realm="${realm}",service="test",scope="repository:private/web:pull"`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    } else response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"errors":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => void server.close());
  const { store } = await storeFor(t);
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}/private/web:v1`;
  await assert.rejects(pullImage(store, name, options()), { code: 'NO_SUCH_IMAGE' });
  const basic = `Basic ${Buffer.from(`trysail:${PASSWORD}`).toString('base64')}`;
  assert.deepEqual(seen, [
    'GET /v2/private/web/manifests/v1 -',
    `GET /token?service=test&scope=repository%3Aprivate%2Fweb%3Apull ${basic}`,
    'GET /v2/private/web/manifests/v1 Bearer secret-token',
  ]);
});

test('an index is pulled for this machine, and names what it has when that is not there', async (t) => {
  const registry = await registryFor(t);
  const name = `${registry.address}/multi:v1`;
  const { store, image } = await built(t, name);
  await pushImage(store, (await store.entry(name))!, name, options());
  const own = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: image.digest, size: 400 };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const put = async (manifests: object[]) => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests });
    const headers = {
      Authorization: `Bearer ${PASSWORD}`,
      'Content-Type': 'application/vnd.oci.image.index.v1+json',
    };
    const answer = await fetch(`http://${registry.address}/v2/multi/manifests/v1`, { method: 'PUT', body, headers });
    assert.equal(answer.status, 201, await answer.text());
  };
  await put([
    { ...own, platform: { os: 'linux', architecture: 's390x' } },
    { ...own, platform: { os: 'linux', architecture } },
  ]);
  const other = (await storeFor(t)).store;
  const pulled = await pullImage(other, name, options());
  assert.equal(pulled.id, image.id);
  assert.notEqual(pulled.digest, image.digest, 'the name means the index');
  await put([{ ...own, platform: { os: 'windows', architecture } }]);
  await assert.rejects(pullImage(other, name, options()), { code: 'NO_SUCH_PLATFORM', message: /windows/ });
});
