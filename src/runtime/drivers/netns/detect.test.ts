import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { detect } from './detect.js';
import { cannotMakeNamespaces, testUsers } from './testing-users.js';

const DETECT = new URL('./detect.js', import.meta.url).href;

for (const user of testUsers()) {
  const skip = process.platform === 'linux' ? cannotMakeNamespaces(user) : 'needs Linux';
  test(`detect, ${user.title}: a machine that can is known to`, { skip }, () => {
    const script = `import('${DETECT}').then(async (m) => console.log(JSON.stringify(await m.detect())))`;
    const [program = '', ...args] = [...user.prefix, process.execPath, '-e', script];
    const found = JSON.parse(execFileSync(program, args, { cwd: '/', encoding: 'utf8' }));
    assert.deepEqual(found, { ok: true, mode: user.uid === 0 ? 'root' : 'rootless' });
  });
}

test('detect: without util-linux it says what to install', {
  skip: process.platform !== 'linux' && 'needs Linux',
}, async (t) => {
  const path = process.env['PATH'];
  t.after(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = '/nowhere';
  const found = await detect();
  assert.deepEqual(found, { ok: false, reason: 'The program "unshare" is missing', fix: 'Install util-linux.' });
});
