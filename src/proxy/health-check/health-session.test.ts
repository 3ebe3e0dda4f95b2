import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../base/fake-clock.js';
import { HealthCheckSchema } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import { ClusterStats } from '../cluster/cluster-stats.js';
import { Host } from '../cluster/host.js';
import { fakeContext } from '../testing/fake-context.js';
import { CheckTiming } from './check-timing.js';
import { HealthSession } from './health-session.js';
import { HealthStats } from './health-stats.js';
import { FAILURE, NETWORK_FAILURE, type Probe, type ProbeOutcome, SUCCESS } from './probe.js';

/** Answers when told. */
class FakeProbe implements Probe {
  checks = 0;
  done: ((outcome: ProbeOutcome) => void) | undefined;

  check(done: (outcome: ProbeOutcome) => void): void {
    this.checks++;
    this.done = done;
  }

  close(): void {
    this.done = undefined;
  }

  answer(outcome: ProbeOutcome): void {
    const { done } = this;
    this.done = undefined;
    assert.ok(done !== undefined, 'no check is under way');
    done(outcome);
  }
}

const milliseconds = (ms: number) => ({ seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 });

function setUp(traffic = true) {
  const clock = new FakeClock();
  const context = fakeContext(clock);
  const stats = new HealthStats(new ClusterStats(context.stats, 'c'));
  const config = create(HealthCheckSchema, {
    timeout: milliseconds(1000),
    interval: milliseconds(10_000),
    unhealthyInterval: milliseconds(5000),
    unhealthyEdgeInterval: milliseconds(2000),
    healthyEdgeInterval: milliseconds(3000),
    noTrafficInterval: milliseconds(60_000),
  });
  const host = new Host('10.0.0.1', 80);
  host.check.failed = true;
  const changes: boolean[] = [];
  const probe = new FakeProbe();
  const rules = {
    unhealthyThreshold: 2,
    healthyThreshold: 2,
    timing: new CheckTiming(config, context.random, 'health_checks[0]'),
    hasTraffic: () => traffic,
    onChecked: (_host: Host, changed: boolean) => changes.push(changed),
  };
  const session = new HealthSession(context, host, probe, rules, stats);
  session.start();
  /** Passes time until the next check began. @returns how long it took */
  const next = (): number => {
    const { checks } = probe;
    let passed_ms = 0;
    for (; probe.checks === checks && passed_ms < 100_000; passed_ms += 500) clock.advance(500);
    return passed_ms;
  };
  const about = (actual_ms: number, expected_ms: number): void =>
    assert.ok(Math.abs(actual_ms - expected_ms) <= 500, `${actual_ms}, not ${expected_ms}`);
  return { clock, host, probe, session, stats, changes, next, about };
}

test('the first check alone says enough; later ones need the threshold', () => {
  const { host, probe, session, stats, changes, next, about } = setUp();
  assert.equal(session.first, true);
  probe.answer(SUCCESS);
  assert.deepEqual([host.healthy, session.first, stats.healthy.value], [true, false, 1]);
  about(next(), 10_000);
  probe.answer(NETWORK_FAILURE);
  assert.equal(host.healthy, true, 'one network failure is not two');
  about(next(), 2000);
  probe.answer(NETWORK_FAILURE);
  assert.deepEqual([host.healthy, stats.healthy.value, stats.networkFailure.value], [false, 0, 2]);
  about(next(), 5000);
  probe.answer(SUCCESS);
  assert.equal(host.healthy, false, 'one success is not two');
  about(next(), 3000);
  probe.answer(SUCCESS);
  assert.equal(host.healthy, true);
  assert.deepEqual(changes, [true, false, true, false, true]);
  session.stop();
  assert.equal(stats.healthy.value, 0);
});

test('an answer that is no good needs no threshold, one that may be retried does', () => {
  const { host, probe, next } = setUp();
  probe.answer(SUCCESS);
  next();
  probe.answer({ kind: 'failure', retriable: true, excludes: false });
  assert.equal(host.healthy, true);
  next();
  probe.answer(SUCCESS);
  next();
  probe.answer(FAILURE);
  assert.equal(host.healthy, false);
});

test('a check without an answer in time is a network failure, and says so', () => {
  const { clock, host, probe, stats, next } = setUp();
  clock.advance(1100);
  assert.deepEqual([host.check.failed, host.check.timedOut, stats.networkFailure.value], [true, true, 1]);
  assert.equal(probe.done, undefined, 'the check is given up');
  next();
  probe.answer(FAILURE);
  assert.equal(host.check.timedOut, false);
});

test('without traffic the interval is another', () => {
  const { probe, next, about } = setUp(false);
  probe.answer(SUCCESS);
  about(next(), 60_000);
});

test('an answer to a request takes the host out and leaves it uncounted until it is well', () => {
  const { host, probe, session, stats, next } = setUp();
  probe.answer(SUCCESS);
  session.onImmediateFailure();
  assert.deepEqual([host.healthy, host.excluded, stats.passiveFailure.value], [false, true, 1]);
  next();
  probe.answer(SUCCESS);
  next();
  probe.answer(SUCCESS);
  assert.deepEqual([host.healthy, host.excluded], [true, false]);
});

test('a degraded host is healthy, but comes second', () => {
  const { host, probe, stats, next } = setUp();
  probe.answer({ kind: 'success', degraded: true });
  assert.deepEqual([host.available, host.healthy, host.degraded, stats.degraded.value], [true, false, true, 1]);
  next();
  probe.answer(SUCCESS);
  assert.deepEqual([host.healthy, stats.degraded.value], [true, 0]);
});
