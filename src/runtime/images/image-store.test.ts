import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { SystemClock } from '../../base/clock.js';
import { ImageStore } from './image-store.js';

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

async function storeFor(t: TestContext): Promise<{ store: ImageStore; dir: string }> {
  const dir = await folderWith(t, {});
  return { store: new ImageStore({ dir, clock: new SystemClock() }), dir };
}

test('a Node image: files, environment and command, on the machine as its base', async (t) => {
  const { store, dir } = await storeFor(t);
  const context = await folderWith(t, {
    Dockerfile: `FROM node:20-alpine AS run
ARG PORT=8080
ENV PORT=$PORT NAME="two words"
WORKDIR /app
COPY package.json server*.js ./
COPY lib lib
RUN echo "$PORT" > built.txt
EXPOSE 8080
USER node
HEALTHCHECK CMD curl localhost:8080
CMD ["node", "server.js"]`,
    'package.json': '{}',
    'server.js': 'x',
    'lib/a.js': 'a',
    'lib/secret.txt': 's',
    '.dockerignore': '**/secret.txt\n',
  });
  const image = await store.build({ tags: ['shop/web:v1'], context, buildArgs: { PORT: '9090' } });
  const rootfs = (await store.rootfs(image))!;
  assert.deepEqual((await readdir(path.join(rootfs, 'app'))).sort(), ['built.txt', 'lib', 'package.json', 'server.js']);
  assert.deepEqual(await readdir(path.join(rootfs, 'app/lib')), ['a.js']);
  assert.equal(await readFile(path.join(rootfs, 'app/built.txt'), 'utf8'), '9090\n');
  assert.equal(image.hostBase, 'node:20-alpine');
  assert.deepEqual(image.config.Env, ['PORT=9090', 'NAME=two words']);
  assert.deepEqual(image.config.Cmd, ['node', 'server.js']);
  assert.equal(image.config.WorkingDir, '/app');
  assert.equal(image.config.User, 'node');
  assert.deepEqual(image.config.Healthcheck, { Test: ['CMD-SHELL', 'curl localhost:8080'] });
  const found = await store.resolve('docker.io/shop/web:v1', 'Always');
  assert.equal(found.id, image.id);
  const index = JSON.parse(await readFile(path.join(dir, 'index.json'), 'utf8'));
  const manifest = JSON.parse(
    await readFile(path.join(dir, 'blobs/sha256', index.manifests[0].digest.slice(7)), 'utf8'),
  );
  const layer = path.join(dir, 'blobs/sha256', manifest.layers[0].digest.slice(7));
  const listing = execFileSync('tar', ['-tf', layer]).toString().trim().split('\n');
  assert.deepEqual(listing, ['app/', 'app/built.txt', 'app/lib/', 'app/lib/a.js', 'app/package.json', 'app/server.js']);
});

test('long names and links survive in the layer', async (t) => {
  const { store, dir } = await storeFor(t);
  const long = `${'d'.repeat(90)}/${'é'.repeat(60)}`;
  const context = await folderWith(t, { Dockerfile: 'FROM scratch\nCOPY . /\nRUN ln -s target link', [long]: 'long' });
  await writeFile(path.join(context, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
  await store.build({ tags: ['long'], context });
  const index = JSON.parse(await readFile(path.join(dir, 'index.json'), 'utf8'));
  const manifest = JSON.parse(
    await readFile(path.join(dir, 'blobs/sha256', index.manifests[0].digest.slice(7)), 'utf8'),
  );
  const out = await folderWith(t, {});
  execFileSync('tar', ['-xf', path.join(dir, 'blobs/sha256', manifest.layers[0].digest.slice(7)), '-C', out]);
  assert.equal(await readFile(path.join(out, long), 'utf8'), 'long');
  assert.deepEqual((await readdir(out)).sort(), ['d'.repeat(90), 'link']);
});

test('stages: COPY --from takes from an earlier stage, FROM continues one', async (t) => {
  const { store } = await storeFor(t);
  const context = await folderWith(t, {
    Dockerfile:
      'FROM node AS Build\nWORKDIR /src\nCOPY a.txt .\nRUN cp a.txt b.txt\nFROM scratch\nCOPY --from=build /src/b.txt /out/\nENTRYPOINT run me',
    'a.txt': 'A',
  });
  const image = await store.build({ tags: ['staged'], context });
  assert.equal(await readFile(path.join((await store.rootfs(image))!, 'out/b.txt'), 'utf8'), 'A');
  assert.equal(image.hostBase, 'scratch', 'its command is a program of the machine');
  assert.deepEqual(image.config.Entrypoint, ['/bin/sh', '-c', 'run me']);
});

test('the same tag built again means the new image; the old one goes with its last name', async (t) => {
  const { store } = await storeFor(t);
  const context = await folderWith(t, { Dockerfile: 'FROM scratch\nCOPY v /v', v: '1' });
  const first = await store.build({ tags: ['app:v1'], context });
  await writeFile(path.join(context, 'v'), '2');
  const second = await store.build({ tags: ['app:v1', 'app:latest'], context });
  assert.notEqual(first.id, second.id);
  assert.equal((await store.resolve('app:v1', 'Always')).id, second.id);
  assert.deepEqual((await store.list())[0]?.names, ['docker.io/library/app:v1', 'docker.io/library/app:latest']);
  await store.prune();
  await assert.rejects(store.rootfs(first), { code: 'NO_SUCH_IMAGE' });
  assert.ok(await store.rootfs(second));
  await store.remove('app:v1');
  assert.equal((await store.resolve('app', 'IfNotPresent')).id, second.id);
  await store.remove('app');
  assert.deepEqual(await store.list(), []);
  await assert.rejects(store.remove('app'), { code: 'NO_SUCH_IMAGE' });
});

test('RUN sees the image as its root, and cannot write to the machine', {
  skip: process.getuid?.() !== 0 && 'not root',
}, async (t) => {
  const { store } = await storeFor(t);
  const context = await folderWith(t, {
    Dockerfile: [
      'FROM node',
      'WORKDIR /app',
      'COPY start.sh /app/',
      'RUN chmod 755 /app/start.sh && mkdir -p /data/in && echo made > /data/in/file && /app/start.sh > out',
      'RUN touch /etc/trysail-test && rm /etc/passwd',
      'USER 1000:1000',
      'RUN id -u > /tmp/user',
    ].join('\n'),
    'start.sh': '#!/bin/sh\npwd\n',
  });
  const rootfs = (await store.rootfs(await store.build({ tags: ['x'], context })))!;
  assert.equal(await readFile(path.join(rootfs, 'app/out'), 'utf8'), '/app\n');
  assert.equal(await readFile(path.join(rootfs, 'data/in/file'), 'utf8'), 'made\n');
  assert.equal(await readFile(path.join(rootfs, 'tmp/user'), 'utf8'), '1000\n');
  assert.deepEqual((await readdir(rootfs)).sort(), ['app', 'data', 'etc', 'tmp']);
  assert.deepEqual(await readdir(path.join(rootfs, 'etc')), ['trysail-test']);
  await assert.rejects(stat('/etc/trysail-test'), { code: 'ENOENT' });
  assert.ok(await stat('/etc/passwd'));
});

test('builds at the same time do not lose each other', async (t) => {
  const { store } = await storeFor(t);
  const context = await folderWith(t, { Dockerfile: 'FROM scratch\nCOPY v /v', v: '1' });
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => store.build({ tags: [name], context })));
  assert.equal((await store.list()).flatMap(({ names }) => names).length, 4);
});

test('a missing image says how to make it', async (t) => {
  const { store } = await storeFor(t);
  await assert.rejects(store.resolve('shop/web:v1', 'Always'), {
    code: 'ErrImagePull',
    message: /trysail image build -t shop\/web:v1 DIR/,
  });
  await assert.rejects(store.resolve('shop/web:v1', 'Never'), { code: 'ErrImageNeverPull' });
  await assert.rejects(store.resolve('Shop/Web', 'Always'), { code: 'InvalidImageName' });
});

for (const [what, dockerfile, expected] of [
  ['a failing RUN', 'FROM scratch\nRUN exit 3', { code: 'RUN_FAILED', message: /Dockerfile:2: .*exit code 3/ }],
  [
    'a program that the machine lacks',
    'FROM node\nRUN no-such-program add curl',
    { code: 'RUN_FAILED', message: /Dockerfile:2: .*exit code 127/, hint: /install what is missing/ },
  ],
  [
    'an unknown base',
    'FROM 127.0.0.1:1/nobody/nothing:1',
    {
      code: 'NO_BASE_IMAGE',
      message: /Dockerfile:1: .*cannot be pulled/,
      hint: /trysail image map 127.0.0.1:1\/nobody\/nothing/,
    },
  ],
  ['a missing source', 'FROM scratch\nCOPY nothing /', { code: 'COPY_NOT_FOUND', message: /Dockerfile:2: "nothing"/ }],
  ['a source outside', 'FROM scratch\nCOPY ../../etc/passwd /', { code: 'COPY_NOT_FOUND' }],
] as const) {
  test(`${what} fails with its line`, async (t) => {
    const { store } = await storeFor(t);
    await assert.rejects(
      store.build({ tags: ['x'], context: await folderWith(t, { Dockerfile: dockerfile }) }),
      expected,
    );
  });
}

test('a change by another process is heard of', async (t) => {
  const { store, dir } = await storeFor(t);
  const other = new ImageStore({ dir, clock: new SystemClock() });
  const heard = new Promise<void>((resolve) => {
    t.after(store.onChange(resolve));
  });
  await other.build({ tags: ['x'], context: await folderWith(t, { Dockerfile: 'FROM scratch\nLABEL a=b' }) });
  // The watch alone does not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  await heard;
  clearInterval(alive);
  assert.equal(await store.rootfs((await store.find('x'))!), undefined, 'no files of its own');
});
