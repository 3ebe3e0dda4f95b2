import { create } from '@bufbuild/protobuf';
import { compileFor, EMPTY_SNAPSHOT, type MeshSnapshot, meshOf, withEndpoints } from '../../src/compiler/index.js';
import { NodeSchema } from '../../src/xds/types/gen/envoy/config/core/v3/base_pb.js';
import { median } from '../statistics.js';
import { endpointsOf, podsOf, proxyOf, serviceOf } from './world.js';

const ROUNDS = 9;
const US_PER_MS = 1_000;

function snapshotOf(services: number): MeshSnapshot {
  const all = Array.from({ length: services }, (_, i) => i);
  return {
    ...EMPTY_SNAPSHOT,
    services: all.map(serviceOf),
    endpoints: all.map((i) => endpointsOf(i, '10.9.9.9')),
    pods: all.flatMap(podsOf),
  };
}

/** Milliseconds of CPU, the collector's threads' too, from new objects to all resources of one sidecar, with nothing remembered of them. */
export function measureFullCompile(services: number): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const snapshot = snapshotOf(services);
    const node = create(NodeSchema, { id: proxyOf(0, services).id });
    const started = process.cpuUsage();
    compileFor(meshOf(snapshot), node);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / US_PER_MS;
  });
  return median(times);
}

/** Microseconds of one changed endpoint, to the resources of one sidecar. */
export function measureEndpointCompile(services: number): number {
  const snapshot = snapshotOf(services);
  const node = create(NodeSchema, { id: proxyOf(0, services).id });
  let mesh = meshOf(snapshot);
  compileFor(mesh, node);
  const times = Array.from({ length: 200 }, (_, round) => {
    const service = snapshot.services[round % services]!;
    const endpoints = endpointsOf(round % services, `10.8.${round}.1`);
    const started = performance.now();
    mesh = withEndpoints(mesh, [{ service, endpoints }]) ?? mesh;
    compileFor(mesh, node);
    return (performance.now() - started) * 1_000;
  });
  return median(times);
}
