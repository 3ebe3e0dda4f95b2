import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { compileGateway } from './compile-gateway.js';
import { compileSidecar } from './compile-sidecar.js';
import { meshOf } from './model/mesh.js';
import { proxyOf } from './model/proxy.js';
import { withWorkload } from './model/workloads.js';
import type { MeshSnapshot } from './snapshot.js';
import type { ResourceSet } from './xds/resource.js';

/**
 * Everything that a proxy is to have. Pure: the same snapshot and node give the same bytes and versions.
 * @returns undefined where the node's id is not that of a sidecar or a gateway
 */
export function compile(snapshot: MeshSnapshot, node: Node): ResourceSet | undefined {
  const described = proxyOf(node);
  if (described === undefined) return undefined;
  const mesh = meshOf(snapshot);
  const proxy = withWorkload(mesh, described);
  return proxy.kind === 'sidecar' ? compileSidecar(mesh, proxy) : compileGateway(mesh, proxy);
}
