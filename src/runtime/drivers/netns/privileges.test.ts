import assert from 'node:assert/strict';
import { test } from 'node:test';
import { privilegesOf } from './privileges.js';

const CONTAINER = { name: 'a', argv: ['a'], env: {}, workingDir: '/', mounts: [] };

test('users and groups, where there are others than root', () => {
  const user = { uid: 1, gid: 2, groups: [3, 4] };
  assert.deepEqual(privilegesOf({ ...CONTAINER, user }, true), ['--reuid', '1', '--regid', '2', '--groups', '3,4']);
  assert.deepEqual(privilegesOf({ ...CONTAINER, user: { ...user, groups: [] } }, true).slice(4), ['--clear-groups']);
  assert.deepEqual(privilegesOf({ ...CONTAINER, user }, false), []);
  assert.deepEqual(privilegesOf(CONTAINER, true), []);
});

test('capabilities: the usual ones with what is added and without what is dropped', () => {
  const set = (add: string[], drop: string[]) => privilegesOf({ ...CONTAINER, capabilities: { add, drop } }, true)[1];
  assert.equal(set(['NET_BIND_SERVICE'], ['ALL']), '-all,+net_bind_service');
  assert.equal(set([], ['ALL']), '-all');
  assert.equal(set(['ALL'], ['CAP_SYS_ADMIN']), '-all,+all,-sys_admin');
  const changed = set(['SYS_TIME'], ['chown']);
  assert.ok(changed?.endsWith(',+sys_time') && !changed.includes('+chown') && changed.includes(',+kill'));
  assert.deepEqual(privilegesOf({ ...CONTAINER, noNewPrivileges: true }, true), ['--no-new-privs']);
});
