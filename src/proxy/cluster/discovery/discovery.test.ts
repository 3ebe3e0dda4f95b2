import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { FakeClock } from '../../../base/fake-clock.js';
import { ClusterSchema } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ConfigError } from '../../errors.js';
import { fakeContext } from '../../testing/fake-context.js';
import { ClusterStats } from '../cluster-stats.js';
import { compileDiscovery } from './compile-discovery.js';
import { DnsDiscovery } from './dns-discovery.js';
import { EdsDiscovery } from './eds-discovery.js';
import type { NameResolver, OnResolved } from './name-resolver.js';

const endpoint = (address: string) => ({
  endpoint: { address: { socket_address: { address, port_value: 80 } } },
});

class FakeResolver implements NameResolver {
  readonly asked: string[] = [];
  answers: Record<string, Parameters<OnResolved>[0]> = {};

  resolve(name: string, _family: unknown, _withTtl: boolean, done: OnResolved): void {
    this.asked.push(name);
    done(this.answers[name]);
  }
}

function dns(more: Record<string, JsonValue>, names: readonly string[], logical = false) {
  const clock = new FakeClock();
  const context = fakeContext(clock);
  const config = fromJson(ClusterSchema, {
    name: 'c',
    load_assignment: { cluster_name: 'c', endpoints: [{ lb_endpoints: names.map(endpoint) }] },
    ...more,
  });
  const stats = new ClusterStats(context.stats, 'c');
  const resolver = new FakeResolver();
  const discovery = new DnsDiscovery(context, config, stats, resolver, logical);
  let hosts: string[] = [];
  const start = (): void =>
    discovery.start((membership) => {
      hosts = membership.hosts.map((host) => `${host.hostname} ${host.id}`);
    });
  return { clock, stats, resolver, discovery, start, hosts: () => hosts };
}

test('strict DNS: every address of every name is a host, and is looked for again', () => {
  const { clock, resolver, start, hosts, discovery } = dns({ dns_refresh_rate: '5s' }, ['one', 'two']);
  resolver.answers = {
    one: { addresses: ['10.0.0.1', '10.0.0.2'], ttl_ms: undefined },
    two: { addresses: ['10.0.0.3'], ttl_ms: undefined },
  };
  start();
  assert.deepEqual(hosts(), ['one 10.0.0.1:80', 'one 10.0.0.2:80', 'two 10.0.0.3:80']);
  resolver.answers['one'] = { addresses: [], ttl_ms: undefined };
  clock.advance(5100);
  assert.deepEqual(hosts(), ['two 10.0.0.3:80'], 'a name that has no address any more');
  discovery.stop();
  clock.advance(60_000);
  assert.equal(resolver.asked.length, 4);
});

test('DNS: a name that cannot be resolved keeps its addresses, and is asked for at the rate for failures', () => {
  const { clock, stats, resolver, start, hosts, discovery } = dns(
    { dns_refresh_rate: '100s', dns_failure_refresh_rate: { base_interval: '1s', max_interval: '2s' } },
    ['one'],
  );
  resolver.answers = { one: { addresses: ['10.0.0.1'], ttl_ms: undefined } };
  start();
  resolver.answers = {};
  clock.advance(100_100);
  clock.advance(10_000);
  assert.deepEqual(hosts(), ['one 10.0.0.1:80']);
  assert.ok(resolver.asked.length >= 7, String(resolver.asked.length));
  assert.ok(stats.counters.update_failure.value >= 5);
  discovery.stop();
});

test('DNS: the time to live counts when it is to be respected', () => {
  for (const [respect, asked] of [
    [true, 4],
    [false, 2],
  ] as const) {
    const { clock, resolver, start, discovery } = dns({ dns_refresh_rate: '5s', respect_dns_ttl: respect }, ['one']);
    resolver.answers = { one: { addresses: ['10.0.0.1'], ttl_ms: 2000 } };
    start();
    clock.advance(7000);
    assert.equal(resolver.asked.length, asked);
    discovery.stop();
  }
});

test('logical DNS: the first address alone, and it stays while there is none', () => {
  const { clock, resolver, start, hosts, discovery } = dns({}, ['one'], true);
  resolver.answers = { one: { addresses: ['10.0.0.1', '10.0.0.2'], ttl_ms: undefined } };
  start();
  assert.deepEqual(hosts(), ['one 10.0.0.1:80']);
  resolver.answers = { one: { addresses: [], ttl_ms: undefined } };
  clock.advance(5100);
  assert.deepEqual(hosts(), ['one 10.0.0.1:80']);
  discovery.stop();
  assert.throws(() => dns({}, ['one', 'two'], true), ConfigError);
});

test('EDS: an assignment that runs out leaves no hosts, a newer one in time does', () => {
  const clock = new FakeClock();
  const events: string[] = [];
  const discovery = new EdsDiscovery(fakeContext(clock), (event) => events.push(event));
  let count = -1;
  discovery.start(({ hosts }) => {
    count = hosts.length;
  });
  const assignment = fromJson(ClusterLoadAssignmentSchema, {
    cluster_name: 'c',
    endpoints: [{ lb_endpoints: [endpoint('10.0.0.1')] }],
    policy: { endpoint_stale_after: '10s' },
  });
  discovery.onAssignment(assignment);
  clock.advance(9000);
  discovery.onAssignment(assignment);
  clock.advance(9000);
  assert.equal(count, 1);
  clock.advance(1100);
  assert.equal(count, 0);
  assert.deepEqual(events, ['assignment_timeout_received', 'assignment_timeout_received', 'assignment_stale']);
  discovery.stop();
});

test('a discovery that cannot be is refused with its path', () => {
  const context = fakeContext(new FakeClock());
  const refused = (json: Record<string, JsonValue>, path: string): void =>
    assert.throws(
      () =>
        compileDiscovery(
          fromJson(ClusterSchema, { name: 'c', ...json }),
          context,
          new ClusterStats(context.stats, 'c'),
        ),
      (error) => error instanceof ConfigError && error.path === path,
    );
  const endpoints = (more: Record<string, JsonValue>): JsonValue => ({
    cluster_name: 'c',
    endpoints: [{ lb_endpoints: [{ ...endpoint('10.0.0.1'), ...more }] }],
  });
  refused({ load_assignment: endpoints(endpoint('a.name')) }, 'load_assignment');
  refused(
    { load_assignment: endpoints({ load_balancing_weight: 0 }) },
    'load_assignment.endpoints[0].lb_endpoints[0].load_balancing_weight',
  );
  refused(
    { load_assignment: { cluster_name: 'c', endpoints: [{ priority: 129 }] } },
    'load_assignment.endpoints[0].priority',
  );
  refused({ type: 'ORIGINAL_DST' }, 'lb_policy');
});
