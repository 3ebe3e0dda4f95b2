import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Cgroups, removeCgroups } from './cgroups.js';

function mountPoint(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('version 2: one folder for both controllers, which the one above must hand down', (t) => {
  const root = mountPoint(t);
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids\n');
  writeFileSync(join(root, 'cgroup.subtree_control'), 'memory\n');
  assert.equal(Cgroups.open('/run/a', root), undefined);
  writeFileSync(join(root, 'cgroup.subtree_control'), 'cpu memory\n');
  const group = Cgroups.open('/run/a', root)!.make({ cpus: 0.5, memory_bytes: 1024 });
  const [own = ''] = readdirSync(root).filter((name) => name.startsWith('trysail-'));
  const file = (name: string) => readFileSync(join(root, own, '1', name), 'utf8');
  assert.deepEqual([file('cpu.max'), file('memory.max')], ['50000 100000', '1024']);
  assert.equal(readFileSync(join(root, own, 'cgroup.subtree_control'), 'utf8'), '+memory +cpu');
  group.add(7);
  assert.equal(file('cgroup.procs'), '7');
  for (const [count, expected] of [
    [0, false],
    [2, true],
  ] as const) {
    writeFileSync(join(root, own, '1', 'memory.events'), `low 0\noom 3\noom_kill ${count}\n`);
    assert.equal(group.wasOutOfMemory, expected);
  }
});

test('version 1: a folder for each controller; nothing is made before it is needed', (t) => {
  const root = mountPoint(t);
  assert.equal(Cgroups.open('/run/a', root), undefined);
  for (const controller of ['memory', 'cpu']) {
    mkdirSync(join(root, controller));
    writeFileSync(join(root, controller, 'cgroup.procs'), '');
  }
  const groups = Cgroups.open('/run/a', root)!;
  assert.deepEqual(readdirSync(join(root, 'cpu')), ['cgroup.procs']);
  groups.make({ cpus: 0.001 });
  const [own = ''] = readdirSync(join(root, 'cpu')).filter((name) => name.startsWith('trysail-'));
  assert.equal(readFileSync(join(root, 'cpu', own, '1', 'cpu.cfs_quota_us'), 'utf8'), '1000');
  assert.ok(!existsSync(join(root, 'memory', own, '1', 'memory.limit_in_bytes')));
});

test('groups of a driver that was killed are removed by the next with its folder', {
  skip: !Cgroups.areUsable() || process.getuid?.() !== 0,
}, () => {
  const runDir = `/run/test-${process.pid}`;
  const groups = Cgroups.open(runDir)!;
  const group = groups.make({ memory_bytes: 64 * 1024 * 1024 });
  assert.equal(group.wasOutOfMemory, false);
  removeCgroups(runDir);
  assert.throws(() => group.wasOutOfMemory, /ENOENT/);
  groups.close();
});
