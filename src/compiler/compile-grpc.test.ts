import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary } from '@bufbuild/protobuf';
import type { KubeObject } from '../resources/object.js';
import { ClusterSchema } from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { NodeSchema } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ClusterLoadAssignmentSchema } from '../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { compileFor, meshOf, snapshotOf, withEndpoints } from './index.js';
import { typeUrlOf } from './xds/resource.js';

const CLUSTER = 'outbound|7070||echo.shop.svc.cluster.local';
const node = create(NodeSchema, {
  id: 'sidecar~10.244.0.1~echo-1.shop~shop.svc.cluster.local',
  metadata: { GENERATOR: 'grpc', NAMESPACE: 'shop', LABELS: { app: 'echo' } },
});
const service: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo', namespace: 'shop' } },
  spec: { clusterIP: '10.96.0.5', selector: { app: 'echo' }, ports: [{ name: 'grpc', port: 7070, targetPort: 70 }] },
};
const rule: KubeObject = {
  ...{ apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'echo', namespace: 'shop' } },
  spec: { host: 'echo', trafficPolicy: { tls: { mode: 'SIMPLE' }, loadBalancer: { simple: 'RANDOM' } } },
};
const outside: KubeObject = {
  ...{ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'out', namespace: 'shop' } },
  spec: { hosts: ['out.example.com'], resolution: 'DNS', ports: [{ number: 80, name: 'grpc', protocol: 'GRPC' }] },
};

function endpoints(ip: string): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'echo', namespace: 'shop' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'grpc', port: 70 }] }],
  };
}

const mesh = meshOf(snapshotOf([service, rule, outside, endpoints('10.244.0.7')]));

function resources(schema: Parameters<typeof typeUrlOf>[0], of = mesh) {
  return compileFor(of, node)?.get(typeUrlOf(schema)) ?? assert.fail('no resources');
}

test('gRPC: a listener for each form of a name, and for the ports of its own servers', () => {
  assert.deepEqual([...resources(ListenerSchema).keys()].sort(), [
    'echo.shop.svc.cluster.local:7070',
    'echo.shop.svc:7070',
    'echo.shop:7070',
    'echo:7070',
    'out.example.com:80',
    'xds.istio.io/grpc/lds/inbound/0.0.0.0:70',
    'xds.istio.io/grpc/lds/inbound/10.244.0.1:70',
    'xds.istio.io/grpc/lds/inbound/[::]:70',
  ]);
  assert.ok(resources(RouteConfigurationSchema).has(CLUSTER));
});

test('gRPC: of clusters what clients know; those found by DNS are not there', () => {
  assert.deepEqual([...resources(ClusterSchema).keys()], [CLUSTER]);
  const { lbPolicy, transportSocket, altStatName } = fromBinary(
    ClusterSchema,
    resources(ClusterSchema).get(CLUSTER)!.body,
  );
  assert.deepEqual([lbPolicy, transportSocket, altStatName], [0, undefined, '']);
});

test('gRPC: endpoints have a place and a weight; their change leaves the rest as it is', () => {
  const next = withEndpoints(mesh, [{ service, endpoints: endpoints('10.244.0.8') }]) ?? assert.fail();
  const before = resources(ClusterSchema).get(CLUSTER);
  assert.equal(resources(ClusterSchema, next).get(CLUSTER)?.version, before?.version);
  const { body } = resources(ClusterLoadAssignmentSchema, next).get(CLUSTER)!;
  const [group] = fromBinary(ClusterLoadAssignmentSchema, body).endpoints;
  assert.equal(group?.locality?.region, '');
  assert.equal(group?.loadBalancingWeight, 1);
  assert.match(Buffer.from(body).toString('latin1'), /10\.244\.0\.8/);
});
