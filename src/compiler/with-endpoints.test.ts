import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type { KubeObject } from '../resources/object.js';
import { NodeSchema } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { compile, compileFor, EMPTY_SNAPSHOT, type MeshSnapshot, meshOf, withEndpoints, withPods } from './index.js';

const PODS_OF_EACH = 4;
const names = ['cart', 'stock', 'review'];
const podName = (service: string, i: number): string => `${service}-${i}`;

const services = names.map(
  (name): KubeObject => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: name === 'stock' ? 'depot' : 'shop' } },
    spec: {
      clusterIP: `10.96.0.${name.length}`,
      ports: [
        { name: 'http', port: 80 },
        { name: 'tcp', port: 90 },
      ],
    },
  }),
);
const namespaceOf = (name: string): string => (name === 'stock' ? 'depot' : 'shop');
const pods = names.flatMap((name) =>
  Array.from({ length: PODS_OF_EACH }, (_, i): KubeObject => {
    const labels = { app: name, version: `v${i % 2}` };
    const metadata = { name: podName(name, i), namespace: namespaceOf(name), labels };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ ports: [{ containerPort: 8080 }] }] } };
  }),
);
const rule: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { host: 'cart', subsets: ['v0', 'v1'].map((version) => ({ name: version, labels: { version } })) },
};
const nodes = [
  create(NodeSchema, { id: 'sidecar~10.0.0.1~cart-0.shop~cluster.local' }),
  create(NodeSchema, { id: 'sidecar~10.0.0.2~stock-1.depot~cluster.local' }),
  create(NodeSchema, { id: 'router~10.0.0.3~gate.istio-system~cluster.local' }),
];

function endpointsOf(name: string, ready: readonly number[]): KubeObject {
  const namespace = namespaceOf(name);
  const addresses = ready.map((i) => ({
    ...{ ip: `10.1.${name.length}.${i}` },
    targetRef: { kind: 'Pod', name: podName(name, i), namespace },
  }));
  const ports = ['http', 'tcp'].map((port) => ({ name: port, port: 8080, protocol: 'TCP' }));
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace }, subsets: [{ addresses, ports }] };
}

function snapshotWith(endpoints: ReadonlyMap<string, KubeObject>): MeshSnapshot {
  return { ...EMPTY_SNAPSHOT, services, pods, destinationRules: [rule], endpoints: [...endpoints.values()] };
}

const plain = (resources: ReturnType<typeof compile>) =>
  [...(resources ?? [])].map(([type, all]) => [type, [...all].map(([name, { version }]) => [name, version])]);

const step = fc.record({
  name: fc.constantFrom(...names),
  ready: fc.option(fc.subarray([0, 1, 2, 3]), { nil: undefined }),
  /** Whether proxies ask between this change and the next, so that there is something to carry over. */
  asked: fc.boolean(),
});

test('compiler: whatever endpoints change, one after the other, gives what a mesh made of all objects gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const endpoints = new Map(names.map((name) => [name, endpointsOf(name, [0, 1])]));
      let mesh = meshOf(snapshotWith(endpoints));
      for (const { name, ready, asked } of steps) {
        if (asked) for (const node of nodes) compileFor(mesh, node);
        if (ready) endpoints.set(name, endpointsOf(name, ready));
        else endpoints.delete(name);
        const service = services.find(({ metadata }) => metadata.name === name)!;
        mesh = withEndpoints(mesh, [{ service, endpoints: endpoints.get(name) }]) ?? assert.fail('it has no endpoints');
      }
      // Of copies, so that nothing is remembered of them.
      const anew = structuredClone(snapshotWith(endpoints));
      for (const node of nodes) assert.deepEqual(plain(compileFor(mesh, node)), plain(compile(anew, node)));
    }),
  );
});

test('compiler: pods that come, go and change their labels give what a mesh made of all objects gives', () => {
  const change = fc.record({
    pod: fc.constantFrom(...pods),
    now: fc.constantFrom('gone', 'as it was', 'relabelled'),
    asked: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
      const endpoints = new Map(names.map((name) => [name, endpointsOf(name, [0, 1, 2, 3])]));
      const present = new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
      const snapshot = () => ({ ...snapshotWith(endpoints), pods: [...present.values()] });
      let mesh = meshOf(snapshot());
      for (const { pod, now, asked } of changes) {
        if (asked) for (const node of nodes) compileFor(mesh, node);
        const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
        const labels = { ...pod.metadata.labels, version: 'v1' };
        const changed = now === 'relabelled' ? { ...pod, metadata: { ...pod.metadata, labels } } : { ...pod };
        if (now === 'gone') present.delete(key);
        else present.set(key, changed);
        const next = withPods(mesh, new Map([[key, present.get(key)]]), []) ?? assert.fail('it has no policy');
        const all = services.map((service) => ({ service, endpoints: endpoints.get(service.metadata.name) }));
        mesh = withEndpoints(next, all) ?? assert.fail('it has no endpoints');
      }
      const anew = structuredClone(snapshot());
      for (const node of nodes) assert.deepEqual(plain(compileFor(mesh, node)), plain(compile(anew, node)));
    }),
  );
});

test('compiler: a change of endpoints keeps every other resource, the same object', () => {
  const endpoints = new Map(names.map((name) => [name, endpointsOf(name, [0, 1])]));
  const mesh = meshOf(snapshotWith(endpoints));
  const [node] = nodes;
  const before = compileFor(mesh, node!);
  const changed = withEndpoints(mesh, [{ service: services[0]!, endpoints: endpointsOf('cart', [0, 2]) }]);
  const after = compileFor(changed ?? assert.fail('it has no endpoints'), node!);
  const different = [...(after ?? [])].flatMap(([type, all]) =>
    [...all].filter(([name, resource]) => before?.get(type)?.get(name) !== resource).map(([name]) => name),
  );
  assert.deepEqual(different.sort(), [
    'outbound|80|v0|cart.shop.svc.cluster.local',
    'outbound|80|v1|cart.shop.svc.cluster.local',
    'outbound|80||cart.shop.svc.cluster.local',
    'outbound|90|v0|cart.shop.svc.cluster.local',
    'outbound|90|v1|cart.shop.svc.cluster.local',
    'outbound|90||cart.shop.svc.cluster.local',
  ]);
});
