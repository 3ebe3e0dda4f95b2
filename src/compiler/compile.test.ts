import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type JsonObject } from '@bufbuild/protobuf';
import type { KubeObject } from '../resources/object.js';
import { type Node, NodeSchema } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { compile } from './compile.js';
import type { MeshSnapshot } from './snapshot.js';
import { snapshotOf } from './snapshot-kinds.js';
import { statuses } from './statuses.js';
import { decode } from './testing/decode.js';
import type { ResourceSet } from './xds/resource.js';

const CLUSTERS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const ROUTES = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration';

function sidecar(
  name: string,
  labels: Record<string, string> = {},
  namespace = 'shop',
  metadata: JsonObject = {},
): Node {
  const id = `sidecar~10.244.0.9~${name}.${namespace}~${namespace}.svc.cluster.local`;
  return create(NodeSchema, { id, metadata: { NAMESPACE: namespace, LABELS: labels, ...metadata } });
}

function service(name: string, namespace = 'shop', port: object = { name: 'http', port: 8080 }): KubeObject {
  const spec = { clusterIP: '10.96.0.9', selector: { app: name }, ports: [port] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

function destinationRule(name: string, namespace: string, spec: object): KubeObject {
  const metadata = { name, namespace };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata,
    spec: { host: 'cart.shop.svc.cluster.local', ...spec },
  };
}

function compiled(snapshot: MeshSnapshot, node: Node): ResourceSet {
  return compile(snapshot, node) ?? assert.fail('not a proxy');
}

function cartLb(snapshot: MeshSnapshot, node: Node): unknown {
  const clusters = (decode(compiled(snapshot, node))['clusters'] ?? []) as { name: string; lbPolicy?: string }[];
  return clusters.find(({ name }) => name === 'outbound|8080||cart.shop.svc.cluster.local')?.lbPolicy;
}

test('compile: a node that is no proxy gets nothing', () => {
  assert.equal(compile(snapshotOf([]), create(NodeSchema, { id: 'someone' })), undefined);
});

test('compile: the same snapshot gives the same resources; sidecars that see the same share them', () => {
  const snapshot = snapshotOf([service('cart')]);
  const [one, other] = [compiled(snapshot, sidecar('a')), compiled(snapshot, sidecar('b'))];
  const name = 'outbound|8080||cart.shop.svc.cluster.local';
  assert.equal(one.get(CLUSTERS)?.get(name), other.get(CLUSTERS)?.get(name));
  assert.equal(one.get(ROUTES)?.get('8080'), other.get(ROUTES)?.get('8080'));
});

test('compile: what did not change between snapshots keeps its version, and is not encoded again', () => {
  const cart = service('cart');
  const before = compiled(snapshotOf([]), sidecar('a'));
  assert.equal(before.get(CLUSTERS)?.has('outbound|8080||cart.shop.svc.cluster.local'), false);
  const base = snapshotOf([cart]);
  const first = compiled(base, sidecar('a')).get(CLUSTERS);
  const second = compiled({ ...base, services: [...base.services, service('till')] }, sidecar('a')).get(CLUSTERS);
  const name = 'outbound|8080||cart.shop.svc.cluster.local';
  assert.equal(first?.get(name), second?.get(name));
});

test('compile: short names mean services of the caller’s own namespace', () => {
  const snapshot = snapshotOf([service('cart'), service('cart', 'desk')]);
  const routes = decode(compiled(snapshot, sidecar('a', {}, 'desk')))['routes'] as {
    virtualHosts: { name: string; domains: string[] }[];
  }[];
  const owner = routes[0]?.virtualHosts.filter(({ domains }) => domains.includes('cart:8080')).map(({ name }) => name);
  assert.deepEqual(owner, ['cart.desk.svc.cluster.local:8080']);
});

test('DestinationRule: the caller’s namespace before the service’s before the root’s', () => {
  const at = (namespace: string, simple: string) =>
    destinationRule('cart', namespace, { trafficPolicy: { loadBalancer: { simple } } });
  const all = [service('cart'), at('desk', 'RANDOM'), at('shop', 'LEAST_REQUEST'), at('istio-system', 'RANDOM')];
  assert.equal(cartLb(snapshotOf(all), sidecar('a', {}, 'desk')), 'RANDOM');
  assert.equal(cartLb(snapshotOf(all), sidecar('a', {}, 'elsewhere')), 'LEAST_REQUEST');
  assert.equal(cartLb(snapshotOf([all[0]!, all[3]!]), sidecar('a', {}, 'elsewhere')), 'RANDOM');
});

test('DestinationRule: exportTo hides it, workloadSelector limits it to callers', () => {
  const hidden = destinationRule('cart', 'shop', {
    exportTo: ['.'],
    trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
  });
  assert.equal(cartLb(snapshotOf([service('cart'), hidden]), sidecar('a', {}, 'desk')), undefined);
  const limited = destinationRule('cart', 'shop', {
    workloadSelector: { matchLabels: { app: 'front' } },
    trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
  });
  const snapshot = snapshotOf([service('cart'), limited]);
  assert.equal(cartLb(snapshot, sidecar('a', { app: 'front' })), 'RANDOM');
  assert.equal(cartLb(snapshot, sidecar('a', { app: 'other' })), undefined);
});

test('inbound: a named target port is found in the pod’s containers', () => {
  const containers = [
    { name: 'cart', ports: [{ name: 'web', containerPort: 3000 }] },
    { name: 'istio-proxy', ports: [{ name: 'admin', containerPort: 15000 }] },
  ];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' } },
    spec: { containers },
  };
  const snapshot = snapshotOf([service('cart', 'shop', { name: 'http', port: 80, targetPort: 'web' }), pod]);
  const names = [...(compiled(snapshot, sidecar('cart-1')).get(CLUSTERS)?.keys() ?? [])];
  assert.deepEqual(
    names.filter((name) => name.startsWith('inbound')),
    ['inbound|3000||'],
  );
});

test('a port of gRPC has HTTP routes, and its clusters speak HTTP/2', () => {
  const snapshot = snapshotOf([service('prices', 'shop', { name: 'grpc', port: 7000 })]);
  const resources = decode(compiled(snapshot, sidecar('a')));
  const names = (resources['listeners'] as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes('0.0.0.0_7000'));
  const clusters = resources['clusters'] as JsonObject[];
  const cluster = clusters.find(({ name }) => name === 'outbound|7000||prices.shop.svc.cluster.local');
  assert.match(JSON.stringify(cluster), /http2ProtocolOptions/);
});

test('an object that is not valid is left out, and says so; the rest of the mesh is built', () => {
  const broken = destinationRule('broken', 'shop', { subsets: 7 });
  const unsupported = destinationRule('tls', 'shop', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } });
  const snapshot = snapshotOf([service('cart'), broken, unsupported]);
  assert.equal(cartLb(snapshot, sidecar('a')), undefined);
  assert.deepEqual(
    statuses(snapshot).map(({ conditions }) => conditions[0]?.reason),
    ['Invalid', 'Invalid'],
  );
  assert.match(statuses(snapshot)[1]?.conditions[0]?.message ?? '', /^spec\.trafficPolicy\.tls\.mode: Forbidden/);
});
