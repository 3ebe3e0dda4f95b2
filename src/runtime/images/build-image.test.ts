import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { BaseImages } from './base-images.js';
import type { BuildOptions } from './build-image.js';
import { imageOf, readStored } from './image-reader.js';
import { readTar } from './tar-reader.js';
import { folderWith, storeFor } from './testing/stores.js';

type Files = Readonly<Record<string, string>>;

async function build(t: TestContext, files: Files, options: Partial<BuildOptions> = {}) {
  const { store } = await storeFor(t);
  const context = await folderWith(t, files);
  const lines: string[] = [];
  const image = await store.build({ tags: ['t'], context, onOutput: (line) => lines.push(line), ...options });
  const root = (await store.rootfs(image)) ?? '';
  const text = (name: string) => readFile(path.join(root, name), 'utf8');
  return { store, context, image, root, text, lines };
}

test('COPY: modes, patterns, exclusions, into a folder, and over what is there', async (t) => {
  const Dockerfile = [
    'FROM scratch',
    'WORKDIR /app',
    'COPY --chmod=640 a.txt b.txt ./texts/',
    'COPY --exclude=*.md docs /docs/',
    'COPY [ "with blank.txt", "to blank.txt" ]',
    'COPY *.js run.sh .',
    'COPY b.txt /app/texts/a.txt',
  ].join('\n');
  const files = {
    ...{ Dockerfile, 'a.txt': 'a', 'b.txt': 'b', 'docs/x.md': 'x', 'docs/y.txt': 'y' },
    ...{ 'with blank.txt': 'w', '1.js': '1', '2.js': '2', 'run.sh': '#!/bin/sh' },
  };
  const { store } = await storeFor(t);
  const context = await folderWith(t, files);
  await chmod(path.join(context, 'run.sh'), 0o755);
  const root = (await store.rootfs(await store.build({ tags: ['t'], context })))!;
  assert.deepEqual((await readdir(path.join(root, 'app'))).sort(), ['1.js', '2.js', 'run.sh', 'texts', 'to blank.txt']);
  assert.deepEqual(await readdir(path.join(root, 'docs')), ['y.txt']);
  assert.equal(await readFile(path.join(root, 'app/texts/a.txt'), 'utf8'), 'b');
  assert.equal((await lstat(path.join(root, 'app/texts/b.txt'))).mode & 0o777, 0o640);
  assert.equal((await lstat(path.join(root, 'app/run.sh'))).mode & 0o777, 0o755);
});

test('--chown: by number and by name, in the layer whoever builds', async (t) => {
  const Dockerfile = 'FROM node\nCOPY --chown=1234:56 a /a\nCOPY --chown=node a /b/c';
  const { store, image } = await build(t, { Dockerfile, a: 'a' });
  const { manifest } = await readStored(store.layout, image.digest);
  const owners: Record<string, string> = {};
  for await (const entry of readTar(store.layout.openBlob(manifest.layers[0]!.digest))) {
    owners[entry.name] = `${entry.uid}:${entry.gid}`;
  }
  assert.equal(owners['a'], '1234:56');
  assert.match(owners['b/c']!, /^[1-9]\d*:\d+$/);
});

test('ADD: archives are unpacked by what they hold, files from URLs are not', async (t) => {
  const inside = await folderWith(t, { 'in/file': 'packed' });
  const archive = execFileSync('tar', ['-C', inside, '-czf', '-', 'in']);
  const server = http.createServer((_, response) => response.end(archive));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/file.tgz`;
  const sum = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  const { store } = await storeFor(t);
  const dockerfile = (checksum: string) =>
    `FROM scratch\nADD packed.bin plain.tar /out/\nADD --checksum=${checksum} ${url} /got/\nADD ${url} /as`;
  const context = await folderWith(t, { Dockerfile: dockerfile(sum), 'plain.tar': 'no archive' });
  await writeFile(path.join(context, 'packed.bin'), archive);
  const root = (await store.rootfs(await store.build({ tags: ['t'], context })))!;
  assert.equal(await readFile(path.join(root, 'out/in/file'), 'utf8'), 'packed');
  assert.equal(await readFile(path.join(root, 'out/plain.tar'), 'utf8'), 'no archive');
  assert.deepEqual(await readFile(path.join(root, 'got/file.tgz')), archive);
  assert.equal((await lstat(path.join(root, 'as'))).mode & 0o777, 0o600);
  await writeFile(
    path.join(context, 'Dockerfile'),
    dockerfile(sum.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
  );
  await assert.rejects(store.build({ tags: ['t'], context }), {
    code: 'DIGEST_MISMATCH',
    message: /Dockerfile:3: digest mismatch/,
  });
});

test('here-documents: files, scripts, and scripts for other programs', async (t) => {
  const Dockerfile = [
    'FROM node',
    'ARG WHO=world',
    'WORKDIR /app',
    'COPY <<a.txt <<"b.txt" ./',
    'hello $WHO',
    'a.txt',
    'hello $WHO',
    'b.txt',
    'RUN <<EOF',
    'echo one > out',
    'echo "two $WHO" >> out',
    'EOF',
    'RUN <<EOF',
    '#!/usr/bin/env node',
    "require('fs').writeFileSync('node.txt', 'by node');",
    'EOF',
    'RUN cat > cat.txt <<EOF && echo done >> cat.txt',
    'from $WHO',
    'EOF',
  ].join('\n');
  const { text } = await build(t, { Dockerfile });
  assert.equal(await text('app/a.txt'), 'hello world\n');
  assert.equal(await text('app/b.txt'), 'hello $WHO\n');
  assert.equal(await text('app/out'), 'one\ntwo world\n');
  assert.equal(await text('app/node.txt'), 'by node');
  assert.equal(await text('app/cat.txt'), 'from world\ndone\n');
});

test('ARG: before FROM, given, predefined, and hidden by ENV', async (t) => {
  const Dockerfile = [
    'ARG BASE=node',
    'ARG TAG=20',
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the syntax under test
    'FROM ${BASE}:${TAG:-latest}',
    'ARG TAG',
    'ARG GIVEN=no',
    'ARG TARGETARCH',
    'ARG A=arg',
    'ENV A=env',
    'RUN echo "$TAG $GIVEN $TARGETARCH $A $BASE|" > /out',
    'LABEL all="$TAG ${GIVEN} ${BASE:-none}"',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the syntax under test
  ].join('\n');
  const { text, image, lines } = await build(t, { Dockerfile }, { buildArgs: { GIVEN: 'yes', OTHER: '1' } });
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  assert.equal(await text('out'), `20 yes ${architecture} env |\n`);
  assert.equal(image.config.Labels?.['all'], '20 yes none');
  assert.equal(image.hostBase, 'node:20');
  assert.ok(lines.some((line) => /build-args were not consumed: OTHER/.test(line)));
});

test('SHELL, and stages up to a target', async (t) => {
  const Dockerfile = [
    'FROM node AS one',
    'SHELL ["/bin/sh", "-ec"]',
    'RUN false; true',
    'FROM node AS two',
    'COPY --from=0 /none /',
  ].join('\n');
  await assert.rejects(build(t, { Dockerfile }), { code: 'RUN_FAILED', message: /Dockerfile:3: .*exit code 1/ });
  const fine = 'FROM node AS one\nRUN echo 1 > /one\nFROM one AS two\nRUN echo 2 > /two\nFROM nothing:here AS three';
  const { root } = await build(t, { Dockerfile: fine }, { target: 'TWO' });
  assert.deepEqual((await readdir(root)).sort(), ['one', 'two']);
  await assert.rejects(
    build(t, { Dockerfile: fine.replace('FROM nothing:here', 'FROM scratch') }, { target: 'four' }),
    {
      code: 'NO_STAGE',
      hint: /one, two, three/,
    },
  );
});

test('RUN: mounts of the build, of a cache that stays, and of memory', async (t) => {
  const Dockerfile = [
    'FROM node',
    'RUN --mount=type=bind,source=in,target=/mnt/in --mount=type=cache,target=/cache --mount=type=tmpfs,target=/mem \\',
    '  cat /mnt/in/file > /out && echo x >> /cache/count && wc -l < /cache/count > /lines && touch /mem/x',
  ].join('\n');
  const { store, context, root, text } = await build(t, { Dockerfile, 'in/file': 'mounted' });
  assert.deepEqual((await readdir(root)).sort(), ['lines', 'out']);
  assert.equal(await text('out'), 'mounted');
  assert.equal((await text('lines')).trim(), '1');
  const again = (await store.rootfs(await store.build({ tags: ['t'], context })))!;
  assert.equal((await readFile(path.join(again, 'lines'), 'utf8')).trim(), '2');
});

test('on an image of the store: its layers stay, and one of what changed is added; ONBUILD runs', async (t) => {
  const { store } = await storeFor(t);
  const base = await folderWith(t, {
    Dockerfile: 'FROM node\nCOPY a b /in/\nENV A=1\nWORKDIR /in\nONBUILD COPY c /in/\nONBUILD ENV C=3',
    ...{ a: 'a', b: 'b' },
  });
  const first = await store.build({ tags: ['base'], context: base });
  assert.deepEqual(first.config.OnBuild, ['COPY c /in/', 'ENV C=3']);
  const context = await folderWith(t, { Dockerfile: 'FROM base\nRUN rm a && echo more >> b', c: 'c' });
  const second = await store.build({ tags: ['app'], context });
  assert.deepEqual(second.config.Env, ['A=1', 'C=3']);
  assert.equal(second.config.OnBuild, undefined);
  const [below, above] = [await store.stored(first), await store.stored(second)];
  assert.deepEqual(above.manifest.layers.slice(0, -1), below.manifest.layers);
  const names: string[] = [];
  for await (const { name } of readTar(store.layout.openBlob(above.manifest.layers.at(-1)!.digest))) names.push(name);
  assert.deepEqual(names, ['in/', 'in/.wh.a', 'in/b', 'in/c']);
  assert.equal(imageOf(second.digest, above, []).hostBase, 'node');
  await store.remove('base');
  assert.deepEqual((await readdir(`${await store.rootfs(second)}/in`)).sort(), ['b', 'c'], 'shared layers stay');
});

test('FROM scratch: a root of its own when its command needs nothing else', async (t) => {
  const { store } = await storeFor(t);
  const shell = await folderWith(t, {
    Dockerfile: 'FROM scratch\nCOPY run /run.sh\nCMD ["/run.sh"]',
    run: '#!/bin/sh\n',
  });
  assert.equal((await store.build({ tags: ['a'], context: shell })).hostBase, 'scratch', 'it has no /bin/sh');
  const own = await folderWith(t, {
    Dockerfile: 'FROM scratch\nCOPY run /run.sh\nCOPY sh /bin/sh\nCMD ["/run.sh"]',
    ...{ run: '#!/bin/sh\n', sh: 'a shell' },
  });
  assert.equal((await store.build({ tags: ['b'], context: own })).hostBase, undefined);
});

test('base images: what the user mapped stands for this machine too, until it is no longer', async (t) => {
  const { store } = await storeFor(t);
  const bases = new BaseImages(store.layout);
  const context = await folderWith(t, { Dockerfile: 'FROM registry.company.example/java-17:9\nLABEL a=b' });
  await bases.add({ pattern: 'registry.company.example/java-*', programs: ['no-such-program'] });
  const lines: string[] = [];
  const image = await store.build({ tags: ['t'], context, onOutput: (line) => lines.push(line) });
  assert.equal(image.hostBase, 'registry.company.example/java-17:9');
  assert.ok(lines.some((line) => /warning: .*needs no-such-program/.test(line)));
  await bases.remove('registry.company.example/java-*');
  assert.equal(await bases.find('registry.company.example/java-17:9'), undefined);
  await assert.rejects(bases.remove('x'), { code: 'NO_SUCH_MAPPING' });
  await assert.rejects(bases.add({ pattern: 'A B', programs: [] }), { code: 'INVALID_IMAGE_NAME' });
  for (const name of [
    'node:20-alpine',
    'eclipse-temurin:21-jre',
    'openjdk:8-jdk-alpine',
    'python:3.12-slim',
    'docker.io/library/alpine',
  ]) {
    assert.ok(await bases.find(name), name);
  }
});

for (const [what, dockerfile, code, message] of [
  [
    'COPY of several into a file',
    'FROM scratch\nCOPY a b /c',
    'DOCKERFILE_INVALID',
    /:2: When using COPY with more than one source/,
  ],
  [
    'COPY without a destination',
    'FROM scratch\nCOPY a',
    'DOCKERFILE_INVALID',
    /:2: COPY requires at least two arguments/,
  ],
  ['COPY of a URL', 'FROM scratch\nCOPY http://x/y /', 'DOCKERFILE_INVALID', /:2: source can't be a URL for COPY/],
  ['ADD of a git repository', 'FROM scratch\nADD https://x/y.git /', 'DOCKERFILE_INVALID', /:2: .*clone it/],
  [
    'an unknown owner',
    'FROM scratch\nCOPY --chown=nobody-knows a /',
    'NO_SUCH_USER',
    /:2: can't find uid for user nobody-knows/,
  ],
  ['a wrong mode', 'FROM scratch\nCOPY --chmod=rwx a /', 'DOCKERFILE_INVALID', /:2: invalid chmod parameter/],
  ['a broken variable', 'FROM scratch\nENV A=$' + '{B', 'EXPANSION_INVALID', /:2: /],
  ['an instruction before FROM', 'ENV A=1\nFROM scratch', 'DOCKERFILE_INVALID', /:1: no build stage/],
  ['a stage named by a number', 'FROM scratch AS 1', 'DOCKERFILE_INVALID', /:1: invalid name for build stage/],
  ['an empty base', 'ARG B\nFROM $B', 'DOCKERFILE_INVALID', /:2: base name/],
  [
    'a required secret',
    'FROM node\nRUN --mount=type=secret,id=x,required=true true',
    'DOCKERFILE_INVALID',
    /:2: .*secret/,
  ],
  [
    'a mount of another type',
    'FROM node\nRUN --mount=type=disk,target=/x true',
    'DOCKERFILE_INVALID',
    /:2: unsupported mount type/,
  ],
  ['a wrong name of the base', 'FROM Node', 'INVALID_IMAGE_NAME', /:1: .*invalid reference format/],
] as const) {
  test(`${what} is refused with its line`, async (t) => {
    await assert.rejects(build(t, { Dockerfile: dockerfile, a: 'a', b: 'b' }), { code, message });
  });
}
