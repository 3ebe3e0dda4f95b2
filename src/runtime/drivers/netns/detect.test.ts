import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import test from 'node:test';
import { detect } from './detect.js';
import { cannotMakeNamespaces, testUsers } from './testing-users.js';

const DETECT = new URL('./detect.js', import.meta.url).href;

for (const user of testUsers()) {
  const skip = cannotMakeNamespaces(user);
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

test('detect: where user namespaces are switched off it says which switch', (t) => {
  // In a user namespace of its own that switch can be tried.
  const script = `import('${DETECT}').then(async (m) => console.log(JSON.stringify(await m.detect(1))))`;
  const switched = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" -e "$1"';
  const args = ['--user', '--map-root-user', 'sh', '-c', switched, process.execPath, script];
  const result = spawnSync('unshare', args, { cwd: '/', encoding: 'utf8' });
  if (result.status !== 0) return t.skip('no user namespace can be made here');
  const found = JSON.parse(result.stdout);
  assert.equal(found.ok, false);
  assert.equal(found.fix, 'As root: sysctl user.max_user_namespaces=65536');
  return undefined;
});
