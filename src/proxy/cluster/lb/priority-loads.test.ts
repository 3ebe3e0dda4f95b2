import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host, NO_LOCALITY } from '../host.js';
import { DEFAULT_LEVEL_POLICY, type HostLevel, type LevelPolicy, levelOf } from './host-level.js';
import { choosePriority, spreadTraffic } from './priority-loads.js';

/** @param states one letter a host: h healthy, d degraded, u unhealthy, x excluded */
function level(states: string, policy: LevelPolicy = DEFAULT_LEVEL_POLICY): HostLevel {
  const hosts = [...states].map((state, i) => {
    const host = new Host('10.0.0.1', i);
    host.edsHealthy = state === 'h' || state === 'd';
    host.edsDegraded = state === 'd';
    host.edsDraining = state === 'x';
    return host;
  });
  return levelOf(hosts, policy, NO_LOCALITY);
}

test('priorities: the next one takes what health does not allow the first', () => {
  const { healthy, panic } = spreadTraffic([level('hu'), level('hh')], 50);
  assert.deepEqual(healthy, [70, 30]);
  assert.deepEqual(panic, [false, false]);
});

test('priorities: degraded hosts take what healthy ones of all priorities leave', () => {
  const { healthy, degraded } = spreadTraffic([level('hddd'), level('uuhu')], 0);
  assert.deepEqual(
    [healthy, degraded],
    [
      [35, 35],
      [30, 0],
    ],
  );
});

test('priorities: what rounding leaves goes to the first that has something', () => {
  const { healthy, degraded } = spreadTraffic([level('huuuuuu'), level('huuuuuu'), level('huuuuuu')], 0);
  assert.deepEqual(healthy, [34, 33, 33]);
  assert.deepEqual(degraded, [0, 0, 0]);
});

test('priorities: excluded hosts are not counted', () => {
  assert.deepEqual(spreadTraffic([level('hxx'), level('h')], 50).healthy, [100, 0]);
});

test('panic: a level below the threshold, unless all together have enough', () => {
  assert.deepEqual(spreadTraffic([level('huuu'), level('hhhh')], 50).panic, [false, false]);
  const { healthy, panic } = spreadTraffic([level('huuu'), level('huuu')], 50);
  assert.deepEqual(panic, [true, true]);
  assert.deepEqual(healthy, [50, 50]);
  assert.deepEqual(spreadTraffic([level('uu'), level('uuuuuu')], 50).healthy, [25, 75]);
  assert.deepEqual(spreadTraffic([level('uu')], 0), { healthy: [100], degraded: [0], panic: [false] });
});

test('priorities: health by weight', () => {
  const weighted = level('hu', { overprovisioning: 100, weightedHealth: true });
  weighted.hosts[1]!.weight = 3;
  assert.deepEqual(spreadTraffic([weighted, level('h')], 0).healthy, [25, 75]);
});

test('priorities: one to a hundred lead to a priority, complements to degraded hosts', () => {
  const loads = { healthy: [60, 10], degraded: [0, 30] };
  assert.deepEqual(
    [1, 60, 61, 70, 71, 100].map((drawn) => choosePriority(loads, drawn)),
    [0, 0, 1, 1, ~1, ~1],
  );
});
