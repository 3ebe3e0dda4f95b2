import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { SeededRandom } from '../../../base/random.js';
import { Host } from '../host.js';
import { LeastRequestPicker } from './least-request-picker.js';
import type { HostPicker } from './load-balancer.js';
import { RandomPicker } from './random-picker.js';
import { RoundRobinPicker } from './round-robin-picker.js';
import { SlowStart } from './slow-start.js';

function hosts(...weights: number[]): Host[] {
  return weights.map((weight, i) => {
    const host = new Host(`10.0.0.${i}`, 80);
    host.weight = weight;
    return host;
  });
}

function count(picker: HostPicker, times: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < times; i++) {
    const { address } = picker.pick()!;
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

const options = { choices: 2, bias: 1, fullScan: false, slowStart: undefined };

test('round robin: equal hosts take turns, weighted ones share exactly over a cycle', () => {
  const picker = new RoundRobinPicker(new SeededRandom(1), undefined);
  picker.update(hosts(1, 1, 1));
  assert.deepEqual([...count(picker, 300).values()], [100, 100, 100]);
  picker.update(hosts(1, 3));
  assert.ok(Math.abs(count(picker, 400).get('10.0.0.1')! - 300) <= 1);
});

test('random: every host is chosen about as often, whatever its weight; none gives none', () => {
  const picker = new RandomPicker(new SeededRandom(1));
  assert.equal(picker.pick(), undefined);
  picker.update(hosts(1, 9));
  assert.ok([...count(picker, 2000).values()].every((each) => each > 900 && each < 1100));
});

test('least request: the busy host is avoided, and with a full scan never chosen', () => {
  const [busy, idle] = hosts(1, 1) as [Host, Host];
  busy.activeRequests = 5;
  const picker = new LeastRequestPicker(new SeededRandom(1), options);
  picker.update([busy, idle]);
  const idleCount = count(picker, 400).get('10.0.0.1')!;
  assert.ok(idleCount > 250 && idleCount < 350, String(idleCount));
  const scanning = new LeastRequestPicker(new SeededRandom(1), { ...options, fullScan: true });
  scanning.update([busy, idle]);
  assert.deepEqual([...count(scanning, 50)], [['10.0.0.1', 50]]);
});

test('least request: a full scan spreads over those that have as few', () => {
  const picker = new LeastRequestPicker(new SeededRandom(2), { ...options, fullScan: true });
  picker.update(hosts(1, 1, 1));
  assert.ok([...count(picker, 900).values()].every((each) => each > 240 && each < 360));
});

test('least request with weights: active requests count by the bias', () => {
  const weighted = hosts(1, 3) as [Host, Host];
  weighted[1].activeRequests = 2;
  const shareOfSecond = (bias: number): number => {
    const picker = new LeastRequestPicker(new SeededRandom(1), { ...options, bias });
    picker.update(weighted);
    return count(picker, 400).get('10.0.0.1')! / 400;
  };
  assert.ok(Math.abs(shareOfSecond(0) - 0.75) < 0.02);
  assert.ok(Math.abs(shareOfSecond(1) - 0.5) < 0.02);
});

test('slow start: a new host begins with its least weight and grows to the whole', () => {
  const clock = new FakeClock();
  const config = { slowStartWindow: { seconds: 100n, nanos: 0 } };
  const slowStart = SlowStart.of(config as Parameters<typeof SlowStart.of>[0], clock, 'slow_start_config')!;
  const picker = new RoundRobinPicker(new SeededRandom(1), slowStart);
  const [old, fresh] = hosts(1, 1) as [Host, Host];
  clock.advance(1000_000);
  fresh.healthySince_ms = clock.monotonic_ms();
  const share = (): number => {
    picker.update([old, fresh]);
    return count(picker, 1000).get('10.0.0.1')! / 1000;
  };
  assert.ok(Math.abs(share() - 0.1 / 1.1) < 0.01);
  clock.advance(50_000);
  assert.ok(Math.abs(share() - 0.5 / 1.5) < 0.01);
  clock.advance(50_000);
  assert.equal(share(), 0.5);
});
