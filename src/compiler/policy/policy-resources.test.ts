import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { parseAllDocuments } from 'yaml';
import { POLICY_TYPE_URL } from '../../policy/index.js';
import type { KubeObject } from '../../resources/object.js';
import { NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { compile } from '../compile.js';
import { meshOf } from '../model/mesh.js';
import { objectsOf } from '../objects-of.js';
import { snapshotOf } from '../snapshot-kinds.js';

const OBJECTS = `
kind: Service
apiVersion: v1
metadata: { name: stock, namespace: shop }
spec: { clusterIP: 10.0.0.9, selector: { app: stock }, ports: [{ name: http, port: 80 }] }
---
kind: Pod
apiVersion: v1
metadata: { name: stock-1, namespace: shop, labels: { app: stock } }
spec: { containers: [], serviceAccountName: keeper }
status: { podIP: 10.1.0.1 }
---
kind: Pod
apiVersion: v1
metadata: { name: guest-1, namespace: other, labels: { app: guest } }
spec: { containers: [] }
status: { podIP: 10.1.0.2 }
`;

const RULE = `
---
kind: denier
apiVersion: config.istio.io/v1alpha2
metadata: { name: no, namespace: shop }
spec: { status: { code: 7, message: no } }
---
kind: checknothing
apiVersion: config.istio.io/v1alpha2
metadata: { name: ask, namespace: shop }
---
kind: rule
apiVersion: config.istio.io/v1alpha2
metadata: { name: no-guests, namespace: shop }
spec: { match: 'source.labels["app"] == "guest"', actions: [{ handler: no.denier, instances: [ask.checknothing] }] }
`;

const CHARGES = `
---
kind: QuotaSpec
apiVersion: config.istio.io/v1alpha2
metadata: { name: dear, namespace: shop }
spec: { rules: [{ quotas: [{ quota: RequestCount, charge: 2 }] }] }
---
kind: QuotaSpecBinding
apiVersion: config.istio.io/v1alpha2
metadata: { name: dear, namespace: shop }
spec: { services: [{ name: stock }], quotaSpecs: [{ name: dear }] }
`;

function policyOf(text: string, id: string): Record<string, unknown> {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  const resources = compile(snapshotOf(objects), create(NodeSchema, { id, userAgentName: 'trysail' }));
  const found = [...(resources?.get(POLICY_TYPE_URL)?.values() ?? [])];
  return Object.fromEntries(
    found.map(({ name, body }) => [name, toJson(StructSchema, fromBinary(StructSchema, body))] as const),
  );
}

test('a sidecar whose services have rules gets them, with all who may call', () => {
  const found = policyOf(OBJECTS + RULE, 'sidecar~10.1.0.1~stock-1.shop~shop.svc.cluster.local');
  assert.deepEqual(Object.keys(found).sort(), ['policy', 'workload/10.1.0.1', 'workload/10.1.0.2']);
  assert.deepEqual(found['workload/10.1.0.1'], {
    name: 'stock-1',
    namespace: 'shop',
    ip: '10.1.0.1',
    labels: { app: 'stock' },
    serviceAccount: 'keeper',
    service: 'stock.shop.svc.cluster.local',
  });
  const { services, policy } = found['policy'] as { services: { host: string }[]; policy: { rules: unknown[] } };
  assert.deepEqual(
    services.map(({ host }) => host),
    ['stock.shop.svc.cluster.local'],
  );
  assert.equal(policy.rules.length, 1);
});

test('rules of another namespace, and a mesh without rules, ask nothing of a sidecar', () => {
  assert.deepEqual(policyOf(OBJECTS + RULE, 'sidecar~10.1.0.2~guest-1.other~other.svc.cluster.local'), {});
  assert.deepEqual(policyOf(OBJECTS, 'sidecar~10.1.0.1~stock-1.shop~shop.svc.cluster.local'), {});
});

test('a sidecar has a share of the objects that its policy is made of, another one has none', () => {
  const objects = parseAllDocuments(OBJECTS + RULE + CHARGES).map((document) => document.toJS() as KubeObject);
  const mesh = meshOf(snapshotOf(objects));
  const sharesOf = (id: string) =>
    [...objectsOf(mesh, create(NodeSchema, { id }))].filter((key) => !/^Service\//.test(key));
  assert.deepEqual(sharesOf('sidecar~10.1.0.1~stock-1.shop~shop.svc.cluster.local'), [
    'rule/shop/no-guests',
    'denier/shop/no',
    'checknothing/shop/ask',
    'QuotaSpec/shop/dear',
    'QuotaSpecBinding/shop/dear',
  ]);
  assert.deepEqual(sharesOf('sidecar~10.1.0.2~guest-1.other~other.svc.cluster.local'), []);
});
