import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../base/random.js';
import { StatsStore } from '../../stats/store.js';
import { ClusterStats } from '../cluster-stats.js';
import { Host } from '../host.js';
import { DEFAULT_LEVEL_POLICY, type HostLevel, levelOf, levelsOf } from './host-level.js';
import type { LocalityOptions } from './level-pickers.js';
import { PriorityBalancer } from './priority-balancer.js';
import { RoundRobinPicker } from './round-robin-picker.js';

const CHOICES = 4000;
const HERE = { region: 'r', zone: 'a', subZone: '' };

function hosts(zone: string, count: number, weight = 0): Host[] {
  return Array.from({ length: count }, (_, i) => {
    const host = new Host(`${zone}.${i}`, 80);
    host.locality = { region: 'r', zone, subZone: '' };
    host.localityWeight = weight;
    return host;
  });
}

/** @returns which part of the choices each zone gets */
function sharesOf(members: readonly Host[], options: Partial<LocalityOptions>) {
  const random = new SeededRandom(4);
  const stats = new ClusterStats(new StatsStore(), 'c');
  const balancer = new PriorityBalancer(
    () => new RoundRobinPicker(random, undefined),
    { localityWeighted: false, zoneAware: undefined, panicThreshold: 50, failTrafficOnPanic: false, ...options },
    stats,
    random,
  );
  balancer.update(levelsOf(members, DEFAULT_LEVEL_POLICY, HERE));
  const shares: Record<string, number> = {};
  for (let i = 0; i < CHOICES; i++) {
    const { zone } = balancer.choose({ destination: undefined })!.locality;
    shares[zone] = (shares[zone] ?? 0) + 1 / CHOICES;
  }
  return { shares, stats };
}

function about(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 0.03, `${actual}, not ${expected}`);
}

/** Proxies by zone. */
function proxies(counts: Readonly<Record<string, number>>): HostLevel {
  return levelOf(
    Object.entries(counts).flatMap(([zone, count]) => hosts(zone, count)),
    DEFAULT_LEVEL_POLICY,
    HERE,
  );
}

test('localities by weight: a locality gets less as its hosts fail; one without weight nothing', () => {
  const members = [...hosts('a', 2, 1), ...hosts('b', 2, 1), ...hosts('c', 2)];
  about(sharesOf(members, { localityWeighted: true }).shares['a'], 0.5);
  members[0]!.edsHealthy = false;
  const { shares } = sharesOf(members, { localityWeighted: true });
  about(shares['a'], 0.7 / 1.7);
  about(shares['b'], 1 / 1.7);
  assert.equal(shares['c'], undefined);
});

test('zone aware: all stays where there are as many upstream hosts as proxies', () => {
  const level = proxies({ a: 2, b: 2 });
  const local = { level: () => level };
  const zoneAware = { routingEnabled: 100, minClusterSize: 6, local };
  const { shares, stats } = sharesOf([...hosts('a', 3), ...hosts('b', 3)], { zoneAware });
  assert.deepEqual(Object.keys(shares), ['a']);
  assert.equal(stats.counters.lb_zone_routing_all_directly.value, CHOICES);
});

test('zone aware: what does not fit goes to zones that have hosts to spare', () => {
  const level = proxies({ a: 2, b: 1, c: 1 });
  const local = { level: () => level };
  const zoneAware = { routingEnabled: 100, minClusterSize: 6, local };
  // a has half of the proxies and a quarter of the hosts; b has as much as its own proxies need, c twice
  const { shares } = sharesOf([...hosts('a', 2), ...hosts('b', 2), ...hosts('c', 4)], { zoneAware });
  about(shares['a'], 0.5);
  about(shares['c'], 0.5);
  assert.equal(shares['b'], undefined);
});

test('zone aware: a small cluster is not split', () => {
  const level = proxies({ a: 2, b: 2 });
  const local = { level: () => level };
  const zoneAware = { routingEnabled: 100, minClusterSize: 6, local };
  const { shares, stats } = sharesOf([...hosts('a', 2), ...hosts('b', 3)], { zoneAware });
  about(shares['a'], 0.4);
  assert.equal(stats.counters.lb_zone_cluster_too_small.value, 1);
});
