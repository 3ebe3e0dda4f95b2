import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../base/random.js';
import { xxHash64 } from '../../hash/xxhash64.js';
import { StatsStore } from '../../stats/store.js';
import { ClusterStats } from '../cluster-stats.js';
import { Host, NO_LOCALITY } from '../host.js';
import { HashBalancer, type HashBalancerOptions } from './hash-balancer.js';
import type { HashTableFactory } from './hash-table.js';
import { DEFAULT_LEVEL_POLICY, levelsOf } from './host-level.js';
import { isPrime, maglevFactory } from './maglev.js';
import { MersenneTwister } from './mersenne-twister.js';
import { ringFactory } from './ring.js';

const REQUESTS = 3000;
const OPTIONS: HashBalancerOptions = {
  panicThreshold: 50,
  localityWeighted: false,
  useHostname: false,
  balanceFactor: 0,
};

function hosts(count: number): Host[] {
  return Array.from({ length: count }, (_, i) => new Host(`10.0.0.${i}`, 80));
}

function balancerOf(table: HashTableFactory, options: Partial<HashBalancerOptions> = {}) {
  const stats = new ClusterStats(new StatsStore(), 'c');
  const balancer = new HashBalancer(table, { ...OPTIONS, ...options }, stats, new SeededRandom(1));
  const use = (members: readonly Host[]): void => balancer.update(levelsOf(members, DEFAULT_LEVEL_POLICY, NO_LOCALITY));
  const choose = (key: string): Host => balancer.choose({ destination: undefined, hash: () => xxHash64(key) })!;
  return { balancer, use, choose, stats };
}

const TABLES: Readonly<Record<string, HashTableFactory>> = {
  ring: ringFactory({ minSize: 1024, maxSize: 8192, murmur: false }, () => {}),
  Maglev: maglevFactory(10_007, () => {}),
};

for (const [name, table] of Object.entries(TABLES)) {
  test(`${name}: hosts share about evenly, and a host that goes moves few of the others' requests`, () => {
    const { use, choose } = balancerOf(table);
    const all = hosts(5);
    use(all);
    const keys = Array.from({ length: REQUESTS }, (_, i) => `key ${i}`);
    const before = keys.map(choose);
    for (const host of all) {
      const share = before.filter((chosen) => chosen === host).length / REQUESTS;
      assert.ok(share > 0.14 && share < 0.26, `${host.id}: ${share}`);
    }
    const [gone] = all;
    use(all.slice(1));
    const moved = keys.filter((key, i) => before[i] !== gone && choose(key) !== before[i]).length;
    // with one host less each has more places: some of them are new
    assert.ok(moved / REQUESTS < 0.12, `${moved} moved`);
  });

  test(`${name}: weights say how much of the table a host has`, () => {
    const { use, choose } = balancerOf(table);
    const all = hosts(2);
    all[1]!.weight = 4;
    use(all);
    let second = 0;
    for (let i = 0; i < REQUESTS; i++) if (choose(`key ${i}`) === all[1]) second++;
    assert.ok(Math.abs(second / REQUESTS - 0.8) < 0.04, `${second}`);
  });

  test(`${name}: a refused host leads to another`, () => {
    const { balancer, use } = balancerOf(table);
    const all = hosts(3);
    use(all);
    const hash = (): bigint => xxHash64('key');
    const first = balancer.choose({ destination: undefined, hash })!;
    const hostFilter = { attempts: 20, refuses: (host: Host): boolean => host === first };
    assert.notEqual(balancer.choose({ destination: undefined, hash, hostFilter }), first);
  });
}

test('a table without hosts gives none; without a hash any host', () => {
  const { balancer, use } = balancerOf(TABLES['ring']!);
  assert.equal(balancer.choose({ destination: undefined }), undefined);
  use([]);
  assert.equal(balancer.choose({ destination: undefined }), undefined);
  use(hosts(3));
  const chosen = new Set(Array.from({ length: 50 }, () => balancer.choose({ destination: undefined })!.id));
  assert.equal(chosen.size, 3);
});

test('bounded load: a full host is passed by, for the same one each time', () => {
  const { use, choose, stats } = balancerOf(TABLES['ring']!, { balanceFactor: 120 });
  const all = hosts(4);
  use(all);
  const first = choose('key');
  first.activeRequests = 10;
  stats.gauges.upstream_rq_active.value = 10;
  const next = choose('key');
  assert.notEqual(next, first);
  assert.equal(choose('key'), next);
  for (const host of all) host.activeRequests = 100;
  first.activeRequests = 99;
  assert.equal(choose('key'), first, 'when all are full the least loaded one takes it');
});

test('MersenneTwister: the numbers of MT19937', () => {
  const random = new MersenneTwister(5489);
  const first = random.next();
  for (let i = 2; i < 10_000; i++) random.next();
  assert.deepEqual([first, random.next()], [3499211612, 4123659995]);
});

test('isPrime', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 9, 11, 65_537, 65_539, 5_000_011].map(isPrime), [
    false,
    false,
    true,
    true,
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});
