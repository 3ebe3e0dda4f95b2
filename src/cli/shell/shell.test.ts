import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findOnPath, quote, writeShims } from './shims.js';
import { interactiveShell } from './startup.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trysail-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('shell: a quoted word is one word to a POSIX shell', () => {
  for (const word of ['plain', "it's", 'a  b', '$HOME `x` "y"', '\\n', '']) {
    assert.equal(spawnSync('/bin/sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' }).stdout, word);
  }
});

for (const [name, rc] of [
  ['bash', '.bashrc'],
  ['zsh', '.zshrc'],
  ['sh', undefined],
] as const) {
  const shell = findOnPath(name, process.env['PATH']);
  test(`shell: an interactive ${name} shows the mesh in its prompt and finds the shims first`, {
    skip: !shell && `no ${name}`,
  }, () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    if (rc) writeFileSync(join(home, rc), 'PATH=/own/bin:$PATH\nPS1="mine> "\n');
    const shims = join(folder, 'bin');
    const start = interactiveShell(shell ?? '', folder, shims, { HOME: home });
    const { stdout } = spawnSync(start.file, [...start.args, '-c', 'echo "$PS1"; echo "$PATH"'], {
      encoding: 'utf8',
      env: { ...process.env, HOME: home, PS1: 'mine> ', ...start.env },
    });
    const [prompt = '', path = ''] = stdout.split('\n');
    assert.equal(prompt.trim(), '[trysail] mine>');
    assert.equal(path.startsWith(rc ? `${shims}:/own/bin:` : `${shims}:`), true, path);
  });
}

test('shell: docker builds into the mesh, and all else goes to the real one', () => {
  const real = join(folder, 'real');
  const shims = join(folder, 'bin');
  for (const each of [real, shims]) mkdirSync(each);
  writeFileSync(join(real, 'docker'), '#!/bin/sh\necho "real: $@"\n');
  chmodSync(join(real, 'docker'), 0o700);
  const run = (...args: string[]): string => spawnSync(join(shims, 'docker'), args, { encoding: 'utf8' }).stdout;
  writeShims(shims, ['/bin/echo', 'trysail:'], real);
  assert.equal(run('build', '-t', 'a b', '.'), 'trysail: image build -t a b .\n');
  assert.equal(run('images'), 'trysail: image list\n');
  assert.equal(run('ps', '-a'), 'real: ps -a\n');
  writeShims(shims, ['/bin/echo', 'trysail:'], undefined);
  const none = spawnSync(join(shims, 'docker'), ['ps'], { encoding: 'utf8' });
  assert.equal(none.status, 1);
  assert.match(none.stderr, /^error: no docker here/);
});

test('shell: siege is trysail load where there is none', () => {
  const real = join(folder, 'real');
  const shims = join(folder, 'bin');
  for (const each of [real, shims]) mkdirSync(each);
  writeShims(shims, ['/bin/echo', 'trysail:'], real);
  const run = (...args: string[]) => spawnSync(join(shims, 'siege'), args, { encoding: 'utf8' });
  assert.equal(run('-r', '2', '-c', '20', '-v', 'http://a/b c').stdout, 'trysail: load -r 2 -c 20 -v http://a/b c\n');
  const paused = run('-d', '1', 'http://a');
  assert.equal(paused.status, 2);
  assert.match(paused.stderr, /^error: there is no siege here/);
  rmSync(join(shims, 'siege'));
  writeFileSync(join(real, 'siege'), '');
  chmodSync(join(real, 'siege'), 0o700);
  writeShims(shims, ['/bin/echo', 'trysail:'], real);
  assert.equal(findOnPath('siege', shims), undefined, 'the real one is left in place');
});
