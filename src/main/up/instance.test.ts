import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Instance } from './instance.js';
import { identify } from './process-identity.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trysail-instance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a mesh that runs is not claimed twice', () => {
  writeFileSync(join(folder, 'instance.json'), JSON.stringify({ control: identify(process.ppid) }));
  assert.throws(() => new Instance('shop', folder).claim(), /a mesh named "shop" runs already \(process \d+\)/);
});

test('of two that start in the same moment one is refused', () => {
  mkdirSync(join(folder, 'claim'));
  assert.throws(() => new Instance('shop', folder).claim(), /is being started by another process/);
});

test('a killed control plane leaves its node to whoever claims next', () => {
  const node = { pid: 4, startTicks: '5' };
  writeFileSync(join(folder, 'instance.json'), JSON.stringify({ control: { pid: 2 ** 22, startTicks: '1' }, node }));
  const instance = new Instance('shop', folder);
  assert.deepEqual(instance.claim(), node);
  assert.deepEqual(instance.read()?.control, identify(process.pid));
});
