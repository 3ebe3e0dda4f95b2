import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import type { KubeObject } from '../../resources/object.js';
import { snapshotOf } from '../snapshot-kinds.js';
import { destinationView } from './destination-view.js';
import { meshOf } from './mesh.js';
import { portPolicy } from './port-policy.js';
import type { ProxyNode } from './proxy.js';

const HOST = 'cart.shop.svc.cluster.local';
let age = 0;

/** Each is younger than the one before. */
function rule(namespace: string, name: string, spec: object): KubeObject {
  const creationTimestamp = new Date(Date.UTC(2020, 0, 1, 0, 0, age++)).toISOString();
  const metadata = { name, namespace, creationTimestamp };
  return { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata, spec } as KubeObject;
}

const max = (maxConnections: number): { trafficPolicy: TrafficPolicy } => ({
  trafficPolicy: { connectionPool: { tcp: { maxConnections } } },
});

function viewFrom(namespace: string, rules: readonly KubeObject[], labels: Record<string, string> = {}, host = HOST) {
  const proxy: ProxyNode = {
    ...{ kind: 'sidecar', workload: `${namespace}/a`, ip: '10.0.0.1', namespace, labels },
    ...{ capture: 'redirect', appAddress: '10.0.0.1', podPorts: [] },
  };
  return destinationView(meshOf(snapshotOf(rules)), proxy, { hostname: host, namespace: 'shop' });
}

function maxFrom(namespace: string, rules: readonly KubeObject[], labels?: Record<string, string>, host?: string) {
  return viewFrom(namespace, rules, labels, host).trafficPolicy?.connectionPool?.tcp?.maxConnections;
}

test('the caller’s namespace comes before the service’s, and that before the root namespace', () => {
  const root = rule('istio-system', 'all', { host: '*.svc.cluster.local', ...max(1) });
  const service = rule('shop', 'cart', { host: 'cart', ...max(2) });
  const caller = rule('desk', 'cart', { host: HOST, ...max(3) });
  assert.equal(maxFrom('desk', [root, service, caller]), 3);
  assert.equal(maxFrom('other', [root, service, caller]), 2);
  assert.equal(maxFrom('other', [root, caller]), 1);
  // A rule of the root namespace is meant for all: there it does not come before the service's.
  assert.equal(maxFrom('istio-system', [root, service]), 2);
  const hidden = rule('istio-system', 'own', { host: HOST, exportTo: ['.'], ...max(4) });
  assert.equal(maxFrom('istio-system', [hidden, service]), 4);
  assert.equal(maxFrom('other', [hidden]), undefined);
});

test('in a namespace the most specific host holds, whichever is older', () => {
  const wide = rule('shop', 'wide', { host: '*.cluster.local', ...max(1) });
  const narrow = rule('shop', 'narrow', { host: '*.shop.svc.cluster.local', ...max(2) });
  const exact = rule('shop', 'exact', { host: 'cart', ...max(3) });
  assert.equal(maxFrom('desk', [wide, narrow]), 2);
  assert.equal(maxFrom('desk', [wide, narrow, exact]), 3);
  assert.equal(maxFrom('desk', [wide], {}, '*.shop.svc.cluster.local'), 1);
  assert.equal(maxFrom('desk', [narrow], {}, '*.svc.cluster.local'), undefined);
});

test('a rule that is not exported to the caller does not hold for it', () => {
  const own = rule('shop', 'own', { host: 'cart', exportTo: ['.'], ...max(1) });
  const some = rule('shop', 'some', { host: 'cart', exportTo: ['desk'], ...max(2) });
  assert.equal(maxFrom('shop', [own]), 1);
  assert.equal(maxFrom('desk', [own]), undefined);
  assert.equal(maxFrom('desk', [some]), 2);
  assert.equal(maxFrom('other', [some]), undefined);
  assert.equal(maxFrom('shop', [some]), undefined);
});

test('several rules of a namespace for one host add up their subsets; the oldest policy holds', () => {
  const subset = (name: string, version: string) => ({ name, labels: { version } });
  const first = rule('shop', 'first', { host: 'cart', subsets: [subset('v1', '1')] });
  const second = rule('shop', 'second', { host: HOST, ...max(2), subsets: [subset('v1', 'x'), subset('v2', '2')] });
  const third = rule('shop', 'third', { host: HOST, ...max(3) });
  const view = viewFrom('desk', [third, second, first]);
  assert.deepEqual(
    [...view.subsets].map(([name, { labels }]) => [name, labels['version']]),
    [
      ['v1', '1'],
      ['v2', '2'],
    ],
  );
  assert.equal(view.trafficPolicy?.connectionPool?.tcp?.maxConnections, 2);
});

test('a rule for some callers holds for them, in its namespace alone', () => {
  const all = rule('shop', 'all', { host: 'cart', ...max(1) });
  const front = rule('shop', 'front', {
    ...{ host: 'cart', ...max(2) },
    workloadSelector: { matchLabels: { app: 'front' } },
  });
  assert.equal(maxFrom('shop', [all, front], { app: 'front' }), 2);
  assert.equal(maxFrom('shop', [all, front], { app: 'other' }), 1);
  assert.equal(maxFrom('desk', [all, front], { app: 'front' }), 1);
});

test('settings of a port replace all others; a subset replaces what it names', () => {
  const view = viewFrom('shop', [
    rule('shop', 'cart', {
      host: 'cart',
      trafficPolicy: {
        ...{ connectionPool: { tcp: { maxConnections: 1 } }, loadBalancer: { simple: 'RANDOM' } },
        proxyProtocol: { version: 'V1' },
        portLevelSettings: [{ port: { number: 81 }, connectionPool: { tcp: { maxConnections: 2 } } }],
      },
      subsets: [
        { name: 'a', trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' } } },
        {
          name: 'b',
          trafficPolicy: {
            outlierDetection: {},
            portLevelSettings: [{ port: { number: 80 }, loadBalancer: { simple: 'LEAST_REQUEST' } }],
          },
        },
        { name: 'c' },
      ],
    }),
  ]);
  const pool = (maxConnections: number) => ({ tcp: { maxConnections } });
  const proxyProtocol = { version: 'V1' };
  const whole = { connectionPool: pool(1), loadBalancer: { simple: 'RANDOM' }, proxyProtocol };
  assert.deepEqual(portPolicy(view, 80), whole);
  assert.deepEqual(portPolicy(view, 81), { connectionPool: pool(2) });
  assert.deepEqual(portPolicy(view, 80, 'a'), { ...whole, loadBalancer: { simple: 'ROUND_ROBIN' } });
  assert.deepEqual(portPolicy(view, 81, 'a'), { connectionPool: pool(2), loadBalancer: { simple: 'ROUND_ROBIN' } });
  assert.deepEqual(portPolicy(view, 80, 'b'), { loadBalancer: { simple: 'LEAST_REQUEST' }, proxyProtocol });
  assert.deepEqual(portPolicy(view, 81, 'b'), { connectionPool: pool(2), outlierDetection: {} });
  assert.deepEqual(portPolicy(view, 80, 'c'), whole);
});
