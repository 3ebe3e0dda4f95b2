import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../base/fake-clock.js';
import { EMPTY_SNAPSHOT, type MeshSnapshot } from '../../compiler/index.js';
import type { KubeObject } from '../../resources/object.js';
import { NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ConsoleData } from './console-data.js';
import type { ProxyState, TypeSync } from './proxy-states.js';

const MESH = {
  name: 'm',
  version: '1',
  driver: 'process',
  driverReason: '',
  ingress: '',
  apiServer: '',
  kubeconfig: '',
};

function overviewOf(snapshot: Partial<MeshSnapshot>, proxies: ProxyState[] = []) {
  const current = (): MeshSnapshot => ({ ...EMPTY_SNAPSHOT, ...snapshot });
  const data = new ConsoleData({
    mesh: MESH,
    source: { current },
    proxies: { all: () => proxies },
    clock: new FakeClock(),
  });
  return data.overview();
}

function pod(name: string, ip: string, version?: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...(version !== undefined && { labels: { version } }) },
    spec: { nodeName: 'node-0', containers: [{ name: 'app' }] },
    status: {
      phase: 'Running',
      podIP: ip,
      containerStatuses: [{ name: 'app', ready: true, restartCount: 3, state: { running: {} } }],
    },
  };
}

const SERVICE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: {
    clusterIP: '10.96.1.1',
    ports: [
      { name: 'http', port: 80 },
      { port: 9000, protocol: 'UDP' },
    ],
  },
};

test('a service counts its endpoints once, and by the version of the pods behind them', () => {
  const address = (ip: string, name: string) => ({ ip, targetRef: { kind: 'Pod', namespace: 'shop', name } });
  const endpoints: KubeObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'cart', namespace: 'shop' },
    subsets: [
      {
        addresses: [address('10.0.0.1', 'a'), address('10.0.0.2', 'b')],
        notReadyAddresses: [address('10.0.0.3', 'c')],
      },
      { addresses: [address('10.0.0.1', 'a')], notReadyAddresses: [address('10.0.0.2', 'b')] },
      { addresses: [{ ip: '192.0.2.1' }] },
    ],
  };
  const pods = [pod('a', '10.0.0.1', 'v1'), pod('b', '10.0.0.2', 'v2'), pod('c', '10.0.0.3', 'v2')];
  assert.deepEqual(overviewOf({ services: [SERVICE], endpoints: [endpoints], pods }).services, [
    {
      namespace: 'shop',
      name: 'cart',
      clusterIp: '10.96.1.1',
      ports: ['http 80/TCP', '9000/UDP'],
      endpoints: { ready: 2, total: 4 },
      versions: [
        { name: 'v1', ready: 1, total: 1 },
        { name: 'v2', ready: 0, total: 2 },
      ],
    },
  ]);
});

test('pods stand in order, as kubectl shows them', () => {
  const { pods } = overviewOf({ pods: [pod('b', '10.0.0.2'), pod('a', '10.0.0.1')] });
  assert.deepEqual(
    pods.map(({ name, ready, status, restarts, node, ip }) => [name, ready, status, restarts, node, ip]),
    [
      ['a', '1/1', 'Running', '3', 'node-0', '10.0.0.1'],
      ['b', '1/1', 'Running', '3', 'node-0', '10.0.0.2'],
    ],
  );
});

test('a rule says what the compiler makes of it', () => {
  const rule: KubeObject = {
    apiVersion: 'config.istio.io/v1alpha2',
    kind: 'RouteRule',
    metadata: { name: 'to-nowhere', namespace: 'shop' },
    spec: { destination: { name: 'nowhere' }, route: [{ labels: { version: 'v1' } }] },
  };
  const [facts] = overviewOf({ routeRules: [rule] }).rules;
  assert.deepEqual([facts?.kind, facts?.namespace, facts?.name], ['RouteRule', 'shop', 'to-nowhere']);
  assert.deepEqual(
    facts?.conditions.map(({ type, holds }) => [type, holds]),
    [
      ['Accepted', true],
      ['ResolvedRefs', false],
    ],
  );
});

test('a proxy says of each type whether it took it, in its own words when not', () => {
  const sync: TypeSync = { sent: 1, answered: 1, sentAt_ms: 0 };
  const id = 'sidecar~1~a.b~c';
  const types = new Map([
    [
      'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
      { ...sync, rejection: { message: 'no such field', version: 1, resources: [] } },
    ],
    ['type.googleapis.com/envoy.config.cluster.v3.Cluster', sync],
  ]);
  assert.deepEqual(
    overviewOf({}, [{ id, node: create(NodeSchema, { id }), connectedAt_ms: 0, settled: 1, types }]).proxies,
    [
      {
        id: 'sidecar~1~a.b~c',
        types: [
          { name: 'Cluster', accepted: true },
          { name: 'RouteConfiguration', accepted: false, message: 'no such field' },
        ],
      },
    ],
  );
});
