import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../resources/object.js';
import { policyForServices, policyOf, snapshotOf, statuses } from '../index.js';
import { repoRoot } from '../testing/repo-root.js';

function objects(yaml: string, namespace = 'shop'): KubeObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null)
    .map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }));
}

function service(name: string, namespace = 'shop'): KubeObject {
  const spec = { ports: [{ name: 'http', port: 8080 }], selector: { app: name }, clusterIP: '10.0.0.1' };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

const file = (name: string) => readFileSync(join(repoRoot(), 'src/compiler/policy/testdata', `${name}.yaml`), 'utf8');

test('the files of the tutorial: handlers with their defaults, rules with whole names', () => {
  const { config, problems } = policyOf(snapshotOf([...objects(file('acl')), ...objects(file('rate-limit'))]));
  assert.deepEqual(problems, []);
  assert.deepEqual(config.handlers['denycustomerhandler.denier.shop'], {
    adapter: 'denier',
    code: 7,
    message: 'Not allowed',
  });
  assert.deepEqual(config.handlers['preferencewhitelist.listchecker.shop'], {
    adapter: 'listchecker',
    providerUrl: '',
    refreshInterval_ms: 60_000,
    ttl_ms: 300_000,
    overrides: ['recommendation'],
    entryType: 'STRINGS',
    blacklist: false,
  });
  const memquota = config.handlers['handler.memquota.istio-system'];
  assert(memquota?.adapter === 'memquota');
  assert.deepEqual(memquota.quotas[0]!.overrides, [
    {
      dimensions: { destination: 'recommendation', destinationVersion: 'v2', source: 'preference' },
      maxAmount: 1,
      validDuration_ms: 1_000,
    },
  ]);
  assert.deepEqual(
    config.rules.map(({ namespace, name, actions }) => [namespace, name, actions]),
    [
      [
        'istio-system',
        'quota',
        [{ handler: 'handler.memquota.istio-system', instances: ['requestcount.quota.istio-system'] }],
      ],
      [
        'shop',
        'checkfromcustomer',
        [{ handler: 'preferencewhitelist.listchecker.shop', instances: ['preferencesource.listentry.shop'] }],
      ],
      [
        'shop',
        'denycustomer',
        [{ handler: 'denycustomerhandler.denier.shop', instances: ['denycustomerrequests.checknothing.shop'] }],
      ],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config, 'it survives JSON');
});

test('a sidecar gets the rules of its services, the root, and what they name', () => {
  const other = objects(file('acl'), 'other');
  const { config } = policyOf(snapshotOf([...objects(file('acl')), ...objects(file('rate-limit')), ...other]));
  const own = policyForServices(config, ['preference.shop.svc.cluster.local']);
  assert.deepEqual([...new Set(own.rules.map(({ namespace }) => namespace))], ['istio-system', 'shop']);
  assert(Object.keys(own.handlers).every((name) => !name.endsWith('.other')));
  assert.equal(Object.keys(own.instances).length, 3);
  assert.deepEqual(
    policyForServices(config, []).rules.map(({ name }) => name),
    ['quota'],
  );
});

const conditions = (all: readonly KubeObject[]) =>
  statuses(snapshotOf(all)).flatMap(({ object, conditions }) =>
    conditions
      .filter(({ status }) => status === 'False')
      .map(({ type, reason, message }) => `${object.kind} ${object.name}: ${type} ${reason}: ${message}`),
  );

test('what does not work is told on the object', () => {
  const yaml = `
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: {name: dangling}
spec:
  match: destination.service == "gone.shop.svc.cluster.local"
  actions:
  - {handler: gone.denier, instances: [nothing.checknothing]}
  - {handler: deny.denier, instances: [nothing.checknothing, deny.checknothing.else]}
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: {name: misplaced}
spec:
  match: destination.service == "cart.other.svc.cluster.local" && request.method == "GET"
  actions: [{handler: limits.memquota, instances: [unlimited.quota]}]
---
{apiVersion: config.istio.io/v1alpha2, kind: checknothing, metadata: {name: nothing}}
---
{apiVersion: config.istio.io/v1alpha2, kind: denier, metadata: {name: deny}}
---
{apiVersion: config.istio.io/v1alpha2, kind: memquota, metadata: {name: limits}, spec: {}}
---
{apiVersion: config.istio.io/v1alpha2, kind: quota, metadata: {name: unlimited}, spec: {dimensions: {a: 'source.lables["x"]'}}}
---
{apiVersion: config.istio.io/v1alpha2, kind: quota, metadata: {name: typed}, spec: {dimensions: {a: shop.owner}}}
---
apiVersion: config.istio.io/v1alpha2
kind: QuotaSpecBinding
metadata: {name: binding}
spec: {services: [{name: cart}], quotaSpecs: [{name: spec}]}
`;
  assert.deepEqual(conditions([...objects(yaml), service('cart', 'other')]), [
    'rule dangling: ResolvedRefs HandlerNotFound: No handler gone.denier.shop exists; No instance deny.checknothing.else exists; No service gone.shop.svc.cluster.local is known: the rule matches no request',
    'rule misplaced: ResolvedRefs InstanceNotFound: No instance unlimited.quota.shop exists; cart.other.svc.cluster.local is in another namespace: the rule matches no request: it holds for services of shop alone. Move it there or to istio-system',
    'quota unlimited: Accepted InvalidExpression: spec.dimensions[a]: Invalid value: "source.lables[\\"x\\"]": column 1: unknown attribute source.lables; did you mean source.labels?',
    'quota typed: Accepted InvalidExpression: spec.dimensions[a]: Invalid value: "shop.owner": column 1: unknown attribute shop.owner; declare it in an attributemanifest',
    'QuotaSpecBinding binding: ResolvedRefs QuotaSpecNotFound: No QuotaSpec shop/spec exists; No service cart.shop.svc.cluster.local is known',
  ]);
  const manifest = `
apiVersion: config.istio.io/v1alpha2
kind: attributemanifest
metadata: {name: shop}
spec: {attributes: {shop.owner: {value_type: STRING}}}
---
{apiVersion: config.istio.io/v1alpha2, kind: quota, metadata: {name: typed}, spec: {dimensions: {a: shop.owner}}}
`;
  assert.deepEqual(conditions(objects(manifest)), []);
  assert.deepEqual(policyOf(snapshotOf(objects(manifest))).config.attributes, { 'shop.owner': 'STRING' });
});

test('QuotaSpecs are bound to whole host names; tcp rules are known by label or match', () => {
  const yaml = `
apiVersion: config.istio.io/v1alpha2
kind: QuotaSpec
metadata: {name: request-count, namespace: istio-system}
spec:
  rules:
  - match: [{clause: {request.path: {prefix: /api}}}]
    quotas: [{charge: 5, quota: RequestCount}]
---
apiVersion: config.istio.io/v1alpha2
kind: QuotaSpecBinding
metadata: {name: request-count}
spec:
  services: [{name: cart}, {name: reviews, namespace: other}, {service: api.example.com}]
  quotaSpecs: [{name: request-count, namespace: istio-system}]
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: {name: a, labels: {istio-protocol: tcp}}
spec: {actions: [{handler: n.noop, instances: [c.checknothing]}]}
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: {name: b}
spec: {match: 'source.user == "x" && "tcp" == context.protocol', actions: [{handler: n.noop, instances: [c.checknothing]}]}
---
{apiVersion: config.istio.io/v1alpha2, kind: checknothing, metadata: {name: c}}
---
{apiVersion: config.istio.io/v1alpha2, kind: noop, metadata: {name: n}}
`;
  const { config } = policyOf(snapshotOf(objects(yaml)));
  assert.deepEqual(config.quotaSpecs, [
    {
      name: 'istio-system/request-count',
      bindings: ['shop/request-count'],
      services: ['api.example.com', 'cart.shop.svc.cluster.local', 'reviews.other.svc.cluster.local'],
      rules: [{ match: [{ 'request.path': { prefix: '/api' } }], quotas: [{ quota: 'RequestCount', charge: 5 }] }],
    },
  ]);
  assert.deepEqual(
    config.rules.map(({ protocol }) => protocol),
    ['tcp', 'tcp'],
  );
  assert.equal(policyForServices(config, ['x.shop.svc.cluster.local']).quotaSpecs.length, 0);
});

test('prometheus: buckets of all three kinds, and the usual ones', () => {
  const yaml = (buckets: string) => `
apiVersion: config.istio.io/v1alpha2
kind: prometheus
metadata: {name: p}
spec: {metrics: [{instance_name: a.metric.shop, kind: DISTRIBUTION, label_names: [x]${buckets}}]}`;
  const bounds = (buckets: string) => {
    const handler = policyOf(snapshotOf(objects(yaml(buckets)))).config.handlers['p.prometheus.shop'];
    assert(handler?.adapter === 'prometheus');
    return handler.metrics[0]!.bounds;
  };
  assert.deepEqual(bounds(', buckets: {explicit_buckets: {bounds: [1, 2]}}'), [1, 2]);
  assert.deepEqual(bounds(', buckets: {linearBuckets: {numFiniteBuckets: 2, width: 5, offset: 1}}'), [1, 6, 11]);
  const exponential = ', buckets: {exponential_buckets: {num_finite_buckets: 2, scale: 1, growth_factor: 10}}';
  assert.deepEqual(bounds(exponential), [1, 10, 100]);
  assert.equal(bounds('').length, 11);
});
