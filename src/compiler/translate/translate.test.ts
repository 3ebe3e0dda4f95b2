import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../resources/object.js';
import { snapshotOf } from '../snapshot-kinds.js';
import { statuses } from '../statuses.js';
import { contextOf, translate } from './index.js';
import { subsetNameOf } from './subset-name.js';

const reviews = service('reviews', { app: 'reviews' });
const front = service('front', { app: 'front' });

function service(name: string, selector: Record<string, string>): KubeObject {
  const spec = { selector, clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

function rule(name: string, spec: object, namespace = 'shop'): KubeObject {
  const destination = { name: 'reviews', namespace: 'shop' };
  return {
    apiVersion: 'config.istio.io/v1alpha2',
    kind: 'RouteRule',
    metadata: { name, namespace },
    spec: { destination, ...spec },
  };
}

function policy(name: string, spec: object): KubeObject {
  const metadata = { name, namespace: 'shop' };
  return {
    apiVersion: 'config.istio.io/v1alpha2',
    kind: 'DestinationPolicy',
    metadata,
    spec: { destination: { name: 'reviews' }, ...spec },
  };
}

function translated(...objects: KubeObject[]) {
  const snapshot = snapshotOf(objects);
  return translate(snapshot, contextOf(snapshot));
}

function routeNames(...objects: KubeObject[]): (string | undefined)[] {
  return (translated(...objects).virtualServices[0]?.spec.http ?? []).map(({ name }) => name);
}

const onHeader = { match: { request: { headers: { 'user-agent': { regex: '.*Moz.*' } } } } };

test('RouteRule: higher precedence first, and one without match ends the list', () => {
  const names = routeNames(
    reviews,
    rule('low', {}),
    rule('high', { precedence: 7, ...onHeader }),
    rule('middle', { precedence: 5 }),
  );
  assert.deepEqual(names, ['high', 'middle']);
});

test('RouteRule: of one precedence the first by namespace and name', () => {
  assert.deepEqual(
    routeNames(reviews, rule('b', onHeader), rule('z', onHeader, 'alpha'), rule('a', onHeader)).slice(0, 3),
    ['z', 'a', 'b'],
  );
});

test('RouteRule: where every rule has a match, other requests go to the whole service, without retries', () => {
  const http = translated(reviews, rule('only', onHeader)).virtualServices[0]?.spec.http;
  assert.deepEqual(http?.[1], {
    name: 'default',
    route: [{ destination: { host: 'reviews.shop.svc.cluster.local' } }],
    retries: { attempts: 0 },
  });
});

test('RouteRule: a rule that can never apply says so on itself', () => {
  const snapshot = snapshotOf([reviews, rule('first', { precedence: 2 }), rule('second', { precedence: 1 })]);
  const status = statuses(snapshot).find(({ object }) => object.name === 'second');
  assert.deepEqual(status?.conditions[0], {
    type: 'Accepted',
    status: 'False',
    reason: 'Overridden',
    message: 'Never applies: RouteRule shop/first has no match and comes first (precedence 1 against 2)',
  });
});

test('RouteRule: a source is the pods of that service; without the service no request matches', () => {
  const known = translated(reviews, front, rule('r', { match: { source: { name: 'front', labels: { v: '1' } } } }));
  assert.deepEqual(known.virtualServices[0]?.spec.http?.[0]?.match, [
    { sourceLabels: { app: 'front', v: '1' }, sourceNamespace: 'shop' },
  ]);
  const unknown = translated(reviews, rule('r', { match: { source: { name: 'front' } } }));
  assert.equal(unknown.problems[0]?.reason, 'SourceNotFound');
  assert.deepEqual(
    unknown.virtualServices[0]?.spec.http?.map(({ name }) => name),
    ['default'],
  );
});

test('RouteRule: uri, method, authority and scheme are no headers', () => {
  const headers = { uri: { prefix: '/a' }, method: { exact: 'GET' }, cookie: { exact: 'x' } };
  const [route] =
    translated(reviews, rule('r', { match: { request: { headers } } })).virtualServices[0]?.spec.http ?? [];
  assert.deepEqual(route?.match, [
    { uri: { prefix: '/a' }, method: { exact: 'GET' }, headers: { cookie: { exact: 'x' } } },
  ]);
});

test('RouteRule: labels become a subset of the DestinationRule', () => {
  const { virtualServices, destinationRules } = translated(
    reviews,
    rule('r', { route: [{ labels: { version: 'v1' } }] }),
  );
  assert.equal(virtualServices[0]?.spec.http?.[0]?.route?.[0]?.destination.subset, 'version-v1');
  assert.deepEqual(destinationRules[0]?.spec, {
    host: 'reviews.shop.svc.cluster.local',
    subsets: [{ name: 'version-v1', labels: { version: 'v1' } }],
  });
});

test('DestinationPolicy: a simpleCb counts every 5xx, with what Envoy had by default', () => {
  const spec = { circuitBreaker: { simpleCb: { httpConsecutiveErrors: 1, sleepWindow: '15s', httpMaxRequests: 9 } } };
  assert.deepEqual(translated(reviews, policy('p', spec)).destinationRules[0]?.spec.trafficPolicy, {
    loadBalancer: { localityLbSetting: { enabled: false } },
    connectionPool: { http: { http2MaxRequests: 9 } },
    outlierDetection: {
      consecutive5xxErrors: 1,
      baseEjectionTime: '15s',
      maxEjectionPercent: 10,
      minHealthPercent: 50,
    },
  });
});

test('DestinationPolicy: a subset does not inherit the policy of the whole service', () => {
  const [result] = translated(
    reviews,
    policy('all', { loadBalancing: { name: 'RANDOM' }, circuitBreaker: { simpleCb: { maxConnections: 3 } } }),
    rule('r', { route: [{ labels: { version: 'v1' } }] }),
  ).destinationRules;
  assert.deepEqual(result?.spec.subsets?.[0]?.trafficPolicy, {
    loadBalancer: { simple: 'ROUND_ROBIN' },
    connectionPool: { tcp: {} },
    outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 0 },
  });
});

test('DestinationPolicy: of two for the same labels the first by name holds', () => {
  const [result] = translated(
    reviews,
    policy('b', { loadBalancing: { name: 'RANDOM' } }),
    policy('a', { loadBalancing: { name: 'LEAST_CONN' } }),
  ).destinationRules;
  assert.deepEqual(result?.spec.trafficPolicy, { loadBalancer: { simple: 'LEAST_REQUEST' } });
});

test('DestinationPolicy: with a source it holds for that caller alone', () => {
  const { destinationRules } = translated(
    reviews,
    front,
    policy('p', { source: { name: 'front' }, loadBalancing: { name: 'RANDOM' } }),
  );
  assert.deepEqual(
    destinationRules.map(({ spec }) => [spec.workloadSelector?.matchLabels, spec.trafficPolicy]),
    [
      [undefined, undefined],
      [{ app: 'front' }, { loadBalancer: { simple: 'RANDOM' } }],
    ],
  );
});

test('subset names: readable, never the same for different labels', () => {
  assert.equal(subsetNameOf({ version: 'v2' }), 'version-v2');
  assert.equal(subsetNameOf({ b: '2', a: '1' }), 'a-1-b-2');
  assert.equal(subsetNameOf({}), undefined);
  assert.notEqual(subsetNameOf({ a: '1-b-2' }), subsetNameOf({ a: '1', b: '2' }));
  assert.match(subsetNameOf({ 'example.com/Track': 'X'.repeat(63) }) ?? '', /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});
