import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { suggest } from '../base/suggest.js';
import { ApiError } from '../client/client.js';
import { CliError, describeFailure } from './errors.js';
import { ageOf, familiar, sizeOf } from './image-format.js';
import { meshName, stateFolder } from './state-paths.js';
import { spacedTable, tabbedTable } from './table.js';

test('a suggestion is close, or there is none', () => {
  const kinds = ['routerule', 'service', 'pod'];
  assert.equal(suggest('rooterule', kinds), 'routerule');
  assert.equal(suggest('SERVICES', kinds), 'service');
  assert.equal(suggest('pdo', kinds), undefined);
  assert.equal(suggest('gateway', kinds), undefined);
});

test('tables: spaced as kubectl, tabbed as istioctl 0.7', () => {
  const rows = [
    ['NAME', 'KIND'],
    ['exactly8', 'x'],
  ];
  assert.equal(spacedTable(rows), 'NAME       KIND\nexactly8   x\n');
  assert.equal(tabbedTable(rows), 'NAME\t\tKIND\nexactly8\tx\n');
});

test('image names, ages and sizes are written as docker writes them', () => {
  assert.equal(familiar('docker.io/library/node:20'), 'node:20');
  assert.equal(familiar('docker.io/shop/cart:v1'), 'shop/cart:v1');
  assert.equal(familiar('registry.example.org/cart:v1'), 'registry.example.org/cart:v1');
  assert.deepEqual([999, 1_000, 119_999, 3_600_000, 172_800_000].map(ageOf), [
    'less than a second',
    '1 second',
    '1 minute',
    '1 hour',
    '2 days',
  ]);
  assert.deepEqual([999, 12_345, 2_500_000_000].map(sizeOf), ['999B', '12.3kB', '2.50GB']);
});

test('state is below $XDG_STATE_HOME, and only if that is absolute', () => {
  assert.equal(stateFolder('default', { XDG_STATE_HOME: '/s', HOME: '/h' }), '/s/trysail/default');
  assert.equal(stateFolder('two', { XDG_STATE_HOME: 's', HOME: '/h' }), join('/h', '.local/state/trysail/two'));
});

test("a mesh's name is a word of letters, digits and dashes, at most 32", () => {
  assert.equal(meshName(undefined, {}), 'default');
  assert.equal(meshName(undefined, { TRYSAIL_NAME: 'inner' }), 'inner');
  assert.equal(meshName('given', { TRYSAIL_NAME: 'inner' }), 'given');
  assert.equal(meshName('a'.repeat(32), {}), 'a'.repeat(32));
  for (const bad of ['a'.repeat(33), '../up', '-a', 'A', '']) assert.throws(() => meshName(bad, {}), CliError, bad);
});

test('a failure is one line, with a hint where there is one', () => {
  assert.equal(describeFailure(new Error('first\n  second\n')), 'error: first; second\n');
  assert.equal(describeFailure(new CliError('X', 'wrong', 'Do this.')), 'error: wrong\nhint: Do this.\n');
  assert.match(describeFailure(new ApiError(0, 'Unreachable', 'Cannot reach it')), /hint: .*trysail up/);
});
