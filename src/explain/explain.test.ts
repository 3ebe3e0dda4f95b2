import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { snapshotOfFiles } from '../compiler/index.js';
import type { KubeObject } from '../resources/object.js';
import { callerOf, explain, explanationText, type RequestSpec } from './index.js';

const APPS = `
kind: Deployment
apiVersion: apps/v1
metadata: { name: cart, namespace: shop }
spec: { template: { metadata: { labels: { app: cart } }, spec: { containers: [{ name: cart, ports: [{ containerPort: 80 }] }] } } }
---
kind: Service
apiVersion: v1
metadata: { name: stock, namespace: shop }
spec: { selector: { app: stock }, ports: [{ name: http, port: 80, targetPort: web }] }
---
kind: Deployment
apiVersion: apps/v1
metadata: { name: stock-v1, namespace: shop }
spec: { template: { metadata: { labels: { app: stock, version: v1 } }, spec: { containers: [{ name: stock, ports: [{ name: web, containerPort: 8000 }] }] } } }
---
kind: Deployment
apiVersion: apps/v1
metadata: { name: stock-v2, namespace: shop }
spec: { template: { metadata: { labels: { app: stock, version: v2 } }, spec: { containers: [{ name: stock, ports: [{ name: web, containerPort: 8000 }] }] } } }
---
kind: DestinationRule
apiVersion: networking.istio.io/v1
metadata: { name: stock, namespace: shop }
spec: { host: stock, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
`;

const RULES = `
kind: VirtualService
apiVersion: networking.istio.io/v1
metadata: { name: stock, namespace: shop }
spec:
  hosts: [stock]
  http:
  - match: [{ headers: { end-user: { exact: jason } }, uri: { prefix: /items } }]
    fault: { delay: { percentage: { value: 50 }, fixedDelay: 7s } }
    timeout: 0.5s
    rewrite: { uri: /goods }
    route: [{ destination: { host: stock, subset: v2 } }]
  - match: [{ sourceLabels: { app: other } }]
    route: [{ destination: { host: stock, subset: v2 } }]
  - route:
    - { destination: { host: stock, subset: v1 }, weight: 75 }
    - { destination: { host: stock, subset: v2 }, weight: 25 }
`;

const REQUEST: RequestSpec = {
  method: 'GET',
  scheme: 'http',
  host: 'stock',
  port: 80,
  authority: 'stock',
  path: '/items/1?all=yes',
  headers: [],
};

function objects(text: string): KubeObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

async function explained(rules: string, request: Partial<RequestSpec> = {}, from = 'cart') {
  const snapshot = snapshotOfFiles(objects(rules === '' ? APPS : `${APPS}---${rules}`));
  const node = callerOf(snapshot, from, 'shop') ?? assert.fail(`no ${from}`);
  return explain({ snapshot, node, request: { ...REQUEST, ...request } });
}

test('a service without rules: its own route, to all of its pods', async () => {
  const { routes, outcome, virtualHost } = await explained('');
  assert.equal(virtualHost, 'stock.shop.svc.cluster.local:80');
  assert.deepEqual(
    routes.map(({ result, origin }) => [result, origin]),
    [['matched', undefined]],
  );
  assert.ok(outcome.kind === 'forward');
  assert.deepEqual(
    outcome.destinations[0]?.endpoints.map(({ workload }) => workload),
    ['shop/stock-v1', 'shop/stock-v2'],
  );
});

test('each rule that is tried says which of its conditions failed, and what the request has', async () => {
  const { routes, outcome } = await explained(RULES, { headers: [['end-user', 'anna']] });
  assert.deepEqual(routes[0]?.conditions, [
    { text: 'path starts with "/items"', holds: true, actual: '/items/1' },
    { text: 'header end-user is "jason"', holds: false, actual: 'anna' },
  ]);
  assert.deepEqual(
    routes.map(({ result, origin }) => [result, origin?.field]),
    [
      ['lost', 'spec.http[0].match[0]'],
      ['matched', 'spec.http[2]'],
    ],
  );
  assert.ok(outcome.kind === 'forward');
  assert.deepEqual(
    outcome.destinations.map(({ subset, percent }) => [subset, percent]),
    [
      ['v1', 75],
      ['v2', 25],
    ],
  );
});

test('faults, timeouts and rewrites of the rule that wins are told', async () => {
  const { outcome } = await explained(RULES, { headers: [['end-user', 'jason']] });
  assert.ok(outcome.kind === 'forward');
  assert.deepEqual(outcome.fault, { delay: { percent: 50, delay_ms: 7_000 } });
  assert.equal(outcome.timeout_ms, 500);
  assert.equal(outcome.path, '/goods/1?all=yes');
});

test('a rule that this caller does not have is named, with the reason', async () => {
  const foreign = RULES.replace('hosts: [stock]', 'hosts: [stock]\n  gateways: [front]');
  assert.deepEqual(
    (await explained(foreign)).elsewhere.map(({ origin, reason }) => [origin.name, reason]),
    [['stock', 'holds only at shop/front, not for sidecars']],
  );
});

test('a host that nothing at the gateway has gives the answer that the gateway would give', async () => {
  const { outcome } = await explained('', {}, 'ingress');
  assert.deepEqual(outcome.kind, 'none');
});

test('the text names rule, reason and destination', async () => {
  const text = explanationText(await explained(RULES));
  assert.match(text, /✗ VirtualService shop\/stock spec\.http\[0\]/);
  assert.match(text, /header end-user is "jason" {2}\(the request has none\)/);
  assert.match(text, /→ 75 % {2}outbound\|80\|v1\|stock\.shop\.svc\.cluster\.local/);
});

const POLICY = `
kind: denier
apiVersion: config.istio.io/v1alpha2
metadata: { name: no, namespace: shop }
spec: { status: { code: 7, message: Not allowed } }
---
kind: checknothing
apiVersion: config.istio.io/v1alpha2
metadata: { name: ask, namespace: shop }
---
kind: rule
apiVersion: config.istio.io/v1alpha2
metadata: { name: no-cart, namespace: shop }
spec: { match: 'source.labels["app"] == "cart" && request.path.startsWith("/items")', actions: [{ handler: no.denier, instances: [ask.checknothing] }] }
`;

test('rules of policy at the destination give their verdict, with the answer that the caller would get', async () => {
  const { outcome } = await explained(POLICY);
  assert.ok(outcome.kind === 'forward');
  assert.deepEqual(outcome.destinations[0]?.policy?.answer, {
    status: 403,
    body: 'PERMISSION_DENIED:no.denier.shop:Not allowed',
  });
  const other = await explained(POLICY, { path: '/other' });
  assert.ok(other.outcome.kind === 'forward');
  assert.deepEqual(other.outcome.destinations[0]?.policy?.answer, undefined);
  assert.match(explanationText(other), /✗ rule shop\/no-cart spec {2}\(does not match\)/);
});
