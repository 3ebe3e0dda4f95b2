import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../../base/fake-clock.js';
import { OutlierDetectionSchema } from '../../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import { fakeContext } from '../../testing/fake-context.js';
import { ClusterStats } from '../cluster-stats.js';
import { Host, NO_LOCALITY } from '../host.js';
import { HostSet } from '../host-set.js';
import { DEFAULT_LEVEL_POLICY } from '../lb/host-level.js';
import { PriorityBalancer } from '../lb/priority-balancer.js';
import { RoundRobinPicker } from '../lb/round-robin-picker.js';
import { OutlierDetector } from './outlier-detector.js';

const seconds = (count: number): { seconds: bigint; nanos: number } => ({ seconds: BigInt(count), nanos: 0 });

function setUp(hostCount: number, more: { maxEjectionPercent?: number; consecutive5xx?: number } = {}) {
  const clock = new FakeClock();
  const context = fakeContext(clock);
  const { random, stats } = context;
  const clusterStats = new ClusterStats(stats, 'c');
  const locality = { localityWeighted: false, zoneAware: undefined, failTrafficOnPanic: false };
  const balancer = new PriorityBalancer(
    () => new RoundRobinPicker(random, undefined),
    { ...locality, panicThreshold: 50 },
    clusterStats,
    random,
  );
  const set = new HostSet(balancer, clusterStats, NO_LOCALITY);
  const hosts = Array.from({ length: hostCount }, (_, i) => new Host(`10.0.0.${i}`, 80));
  set.update(hosts, DEFAULT_LEVEL_POLICY);
  const config = create(OutlierDetectionSchema, {
    consecutive5xx: 1,
    interval: seconds(5),
    baseEjectionTime: seconds(15),
    maxEjectionPercent: 100,
    ...more,
  });
  const detector = new OutlierDetector(context, config, 'c', set);
  const chosen = (): ReadonlySet<string> =>
    new Set(Array.from({ length: 4 * hostCount }, () => balancer.choose({ destination: undefined })!.id));
  return { clock, stats, set, hosts, detector, chosen };
}

test('outlier detection: a failing host is out for the base time, then longer each time', () => {
  const { clock, hosts, detector, chosen } = setUp(3);
  const bad = hosts[0]!;
  detector.onStatus(bad, 503);
  assert.equal(chosen().has(bad.id), false);
  clock.advance(14_000);
  assert.equal(chosen().has(bad.id), false);
  clock.advance(2_000);
  assert.equal(chosen().has(bad.id), true);
  detector.onStatus(bad, 503);
  clock.advance(26_000);
  assert.equal(chosen().has(bad.id), false, 'the second time is twice as long');
  clock.advance(10_000);
  assert.equal(chosen().has(bad.id), true);
  detector.stop();
});

test('outlier detection: a success between failures starts the count anew', () => {
  const { hosts, detector, chosen } = setUp(2, { consecutive5xx: 3 });
  const host = hosts[0]!;
  for (const status of [500, 500, 200, 500, 500]) detector.onStatus(host, status);
  assert.equal(chosen().size, 2);
  detector.onStatus(host, 500);
  assert.equal(chosen().size, 1);
  detector.stop();
});

test('outlier detection: no more hosts go than the percentage allows', () => {
  const { stats, hosts, detector, chosen } = setUp(10, { maxEjectionPercent: 10 });
  detector.onStatus(hosts[0]!, 503);
  detector.onStatus(hosts[1]!, 503);
  assert.equal(chosen().size, 9);
  assert.equal(stats.counter('cluster.c.outlier_detection.ejections_overflow').value, 1);
  detector.stop();
});

test('panic: with less than half the hosts healthy all are used', () => {
  const { hosts, detector, chosen } = setUp(3);
  detector.onStatus(hosts[0]!, 503);
  assert.equal(chosen().size, 2);
  detector.onStatus(hosts[1]!, 503);
  assert.equal(chosen().size, 3);
  detector.stop();
});
