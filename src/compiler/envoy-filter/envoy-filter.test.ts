import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary } from '@bufbuild/protobuf';
import type { KubeObject } from '../../resources/object.js';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { type Node, NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { compileFor, meshOf, objectsBehind, objectsOf, snapshotOf, statuses, withEndpoints } from '../index.js';
import { typeUrlOf, type XdsResource } from '../xds/resource.js';
import { VALUE_DEPTH_MAX } from './patch-value.js';

const CART = 'outbound|80||cart.shop.svc.cluster.local';
const service: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' } },
  spec: { clusterIP: '10.96.0.9', selector: { app: 'cart' }, ports: [{ name: 'http', port: 80 }] },
};

function filter(name: string, spec: object, namespace = 'shop'): KubeObject {
  const metadata = { name, namespace, creationTimestamp: '2024-01-01T00:00:00Z' };
  return { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata, spec };
}

/** A patch of every cluster. */
function clusters(operation: string, value?: object, match?: object) {
  return { applyTo: 'CLUSTER', ...(match && { match }), patch: { operation, ...(value && { value }) } };
}

function nodeOf(name: string, namespace = 'shop', labels: Record<string, string> = {}): Node {
  const id = `sidecar~10.244.0.1~${name}.${namespace}~${namespace}.svc.cluster.local`;
  return create(NodeSchema, { id, metadata: { NAMESPACE: namespace, LABELS: labels } });
}

function endpoints(ip: string): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'cart', namespace: 'shop' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'http', port: 80 }] }],
  };
}

function resourcesOf(objects: KubeObject[], node: Node, schema = ClusterSchema as Parameters<typeof typeUrlOf>[0]) {
  const found = compileFor(meshOf(snapshotOf([service, ...objects])), node);
  return found?.get(typeUrlOf(schema)) ?? assert.fail('no resources');
}

function timeoutOf(resource: XdsResource | undefined): number {
  return Number(fromBinary(ClusterSchema, resource!.body).connectTimeout?.seconds);
}

test('EnvoyFilter: by priority, then the root namespace, then by age', () => {
  const timeout = (seconds: number) => ({ configPatches: [clusters('MERGE', { connect_timeout: `${seconds}s` })] });
  const late = filter('b', { ...timeout(4), priority: 1 }, 'istio-system');
  const own = filter('a', timeout(3));
  const root = filter('z', timeout(2), 'istio-system');
  assert.equal(timeoutOf(resourcesOf([late, own, root], nodeOf('x')).get(CART)), 4);
  assert.equal(timeoutOf(resourcesOf([own, root], nodeOf('x')).get(CART)), 3);
  const early = filter('c', { ...timeout(1), priority: -1 });
  assert.equal(timeoutOf(resourcesOf([early, root], nodeOf('x')).get(CART)), 2);
});

test('EnvoyFilter: one of another namespace or for other labels changes nothing', () => {
  const spec = { configPatches: [clusters('REMOVE')] };
  const plain = resourcesOf([], nodeOf('x'));
  for (const other of [
    filter('a', spec, 'desk'),
    filter('a', { ...spec, workloadSelector: { labels: { app: 'y' } } }),
  ]) {
    const found = resourcesOf([other], nodeOf('x', 'shop', { app: 'x' }));
    assert.deepEqual([...found.keys()], [...plain.keys()]);
    assert.deepEqual(found.get(CART), plain.get(CART));
  }
  assert.equal(resourcesOf([filter('a', spec)], nodeOf('x')).size, 0);
});

test('EnvoyFilter: a cluster that is added stands once; one of a name that there is stays', () => {
  const added = { name: 'extra', type: 'STATIC', connect_timeout: '1s' };
  const patches = [clusters('ADD', added), clusters('ADD', { ...added, name: CART, connect_timeout: '9s' })];
  const found = resourcesOf([filter('a', { configPatches: patches })], nodeOf('x'));
  assert.equal(timeoutOf(found.get('extra')), 1);
  assert.equal(timeoutOf(found.get(CART)), 10);
});

test('EnvoyFilter: proxies with the same patches share what is patched, and a change of endpoints leaves it as it is', () => {
  const patched = filter('a', { configPatches: [clusters('MERGE', { connect_timeout: '3s' })] });
  const mesh = meshOf(snapshotOf([service, endpoints('10.244.0.7'), patched]));
  const clustersOf = (each: typeof mesh, node: Node) => compileFor(each, node)?.get(typeUrlOf(ClusterSchema));
  const [one, two] = [nodeOf('x'), nodeOf('y')];
  assert.equal(clustersOf(mesh, one)?.get(CART), clustersOf(mesh, two)?.get(CART));
  const before = clustersOf(mesh, one);
  const next = withEndpoints(mesh, [{ service, endpoints: endpoints('10.244.0.8') }]) ?? assert.fail();
  assert.notEqual(next, mesh);
  assert.equal(clustersOf(next, one), before);
});

test('EnvoyFilter: an inbound cluster is found by the services that lead to it', () => {
  const match = (name: string) => ({
    context: 'SIDECAR_INBOUND',
    cluster: { service: `${name}.shop.svc.cluster.local` },
  });
  const node = nodeOf('cart-1', 'shop', { app: 'cart' });
  const timeoutBy = (name: string) => {
    const patches = [clusters('MERGE', { connect_timeout: '3s' }, match(name))];
    return timeoutOf(resourcesOf([filter('a', { configPatches: patches })], node).get('inbound|80||'));
  };
  assert.equal(timeoutBy('cart'), 3);
  assert.equal(timeoutBy('other'), 10);
});

test('EnvoyFilter: a value that cannot be read is told with its path, and the rest holds', () => {
  let deep: object = {};
  for (let i = 0; i <= VALUE_DEPTH_MAX; i++) deep = { metadata: deep };
  const any = { '@type': 'type.googleapis.com/example.Own' };
  const patches = [
    clusters('MERGE', { connect_timeouts: '1s' }),
    clusters('MERGE', { connect_timeout: 'soon' }),
    clusters('MERGE', { typed_extension_protocol_options: { x: any } }),
    clusters('MERGE', deep),
    clusters('MERGE', { connect_timeout: '3s' }),
  ];
  const object = filter('a', { configPatches: patches });
  const [accepted] = statuses(snapshotOf([service, object])).flatMap(({ conditions }) => conditions);
  const said = accepted?.message.split('; ').filter((text) => text !== 'the patch is left out');
  assert.equal(accepted?.reason, 'Invalid');
  for (const [index, words] of [
    'connect_timeouts',
    'soon',
    'no type "type.googleapis.com/example.Own" is known',
    'deeper than 64 levels',
  ].entries()) {
    assert.match(
      said?.[index] ?? '',
      new RegExp(`^spec\\.configPatches\\[${index}\\]\\.patch\\.value: cannot be read as .*${words}`),
    );
  }
  assert.equal(timeoutOf(resourcesOf([object], nodeOf('x')).get(CART)), 3);
});

test('EnvoyFilter: a refusal of what it changed stands on it alone, and it has a share in the proxies that it is for', () => {
  const object = filter('a', {
    configPatches: [
      {
        applyTo: 'VIRTUAL_HOST',
        match: { routeConfiguration: { vhost: { name: 'cart.shop.svc.cluster.local:80' } } },
        patch: { operation: 'MERGE', value: { rate_limits: [{}] } },
      },
    ],
  });
  const rule: KubeObject = {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'cart', namespace: 'shop' } },
    spec: { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart' } }] }] },
  };
  const node = nodeOf('x');
  const mesh = meshOf(snapshotOf([service, object, rule]));
  const typeUrl = typeUrlOf(RouteConfigurationSchema);
  const resources = [...(compileFor(mesh, node)?.get(typeUrl)?.values() ?? [])];
  const message = 'route configuration 80: virtual host cart.shop.svc.cluster.local:80: no actions';
  const behind = objectsBehind(mesh, { node, typeUrl, resources, message });
  assert.deepEqual(behind, [{ kind: 'EnvoyFilter', namespace: 'shop', name: 'a' }]);
  assert.ok(objectsOf(mesh, node).has('EnvoyFilter/shop/a'));
  assert.ok(!objectsOf(mesh, nodeOf('x', 'desk')).has('EnvoyFilter/shop/a'));
});
