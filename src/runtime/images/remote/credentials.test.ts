import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderWith } from '../testing/stores.js';
import { credentialIn, fileCredentials } from './credentials.js';

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

for (const [key, repository, found] of [
  ['quay.io', 'quay.io/shop/web', true],
  ['https://quay.io', 'quay.io/shop/web', true],
  ['quay.io/shop', 'quay.io/shop/web', true],
  ['quay.io/sho', 'quay.io/shop/web', false],
  ['*.example.com', 'a.example.com/web', true],
  ['*.example.com', 'a.b.example.com/web', false],
  ['https://index.docker.io/v1/', 'docker.io/library/node', true],
  ['docker.io', 'docker.io/library/node', true],
  ['localhost:5000', 'localhost:5000/web', true],
  ['localhost:5000', 'localhost:5001/web', false],
] as const) {
  test(`credential of ${key} ${found ? 'is' : 'is not'} for ${repository}`, () => {
    const credential = credentialIn({ auths: { [key]: auth('me:pa:ss') } }, repository);
    assert.deepEqual(credential, found ? { username: 'me', password: 'pa:ss' } : undefined);
  });
}

test('the longest path wins; a token of a login stands for the password', () => {
  const auths = { 'quay.io': auth('a:1'), 'quay.io/shop': { ...auth('b:'), identitytoken: 'token' } };
  assert.deepEqual(credentialIn({ auths }, 'quay.io/shop/web'), {
    username: 'b',
    password: '',
    identityToken: 'token',
  });
});

test("docker's file: read where DOCKER_CONFIG says, missing is none, broken is said", async (t) => {
  const good = await folderWith(t, { 'config.json': JSON.stringify({ auths: { 'quay.io': auth('me:secret') } }) });
  const find = (folder: string) => fileCredentials({ DOCKER_CONFIG: folder })('quay.io/a/b');
  assert.deepEqual(await find(good), { username: 'me', password: 'secret' });
  assert.equal(await find(await folderWith(t)), undefined);
  await assert.rejects(find(await folderWith(t, { 'config.json': '{' })), { code: 'DOCKER_CONFIG' });
});
