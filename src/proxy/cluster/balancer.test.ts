import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../base/random.js';
import { type Balancer, LeastRequestBalancer, RandomBalancer, RoundRobinBalancer } from './balancer.js';
import { Host } from './host.js';

function hosts(...weights: number[]): Host[] {
  return weights.map((weight, i) => {
    const host = new Host(`10.0.0.${i}`, 80);
    host.weight = weight;
    return host;
  });
}

function count(balancer: Balancer, times: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < times; i++) {
    const { address } = balancer.choose()!;
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

test('round robin: equal hosts take turns, weighted ones share exactly over a cycle', () => {
  const balancer = new RoundRobinBalancer(new SeededRandom(1));
  balancer.update(hosts(1, 1, 1));
  assert.deepEqual([...count(balancer, 300).values()], [100, 100, 100]);
  balancer.update(hosts(1, 3));
  const counts = count(balancer, 400);
  assert.ok(Math.abs(counts.get('10.0.0.1')! - 300) <= 1);
});

test('random: every host is chosen about as often; none gives none', () => {
  const balancer = new RandomBalancer(new SeededRandom(1));
  assert.equal(balancer.choose(), undefined);
  balancer.update(hosts(1, 1));
  const counts = count(balancer, 2000);
  assert.ok([...counts.values()].every((each) => each > 900 && each < 1100));
});

test('least request: the busy host is avoided', () => {
  const balancer = new LeastRequestBalancer(new SeededRandom(1), 2);
  const [busy, idle] = hosts(1, 1) as [Host, Host];
  busy.activeRequests = 5;
  balancer.update([busy, idle]);
  assert.ok(count(balancer, 400).get('10.0.0.1')! > 250);
});
