import { POLICY_TYPE_URL } from '../policy/index.js';
import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { gatewayView } from './compile-gateway.js';
import { grpcView, ownOfGrpc } from './compile-grpc.js';
import { ownOfSidecar, sidecarView, sidecarViewKey } from './compile-sidecar.js';
import { patchSetFor } from './envoy-filter/patch-set.js';
import { memo } from './memo.js';
import { meshOf } from './model/mesh.js';
import { type ProxyNode, proxyOf } from './model/proxy.js';
import type { Mesh, Workload } from './model/types.js';
import { withWorkload } from './model/workloads.js';
import { policyResources } from './policy/policy-resources.js';
import { layered, type Placed, placedOf, viewOf } from './shared-views.js';
import type { MeshSnapshot } from './snapshot.js';
import type { ResourceSet } from './xds/resource.js';

const NOTHING: ResourceSet = new Map();
const described = new WeakMap<Node, { readonly proxy: ProxyNode | undefined }>();

/**
 * Everything that a proxy is to have. Pure: the same snapshot and node give the same bytes and versions.
 * @returns undefined where the node's id is not that of a sidecar or a gateway
 */
export function compile(snapshot: MeshSnapshot, node: Node): ResourceSet | undefined {
  return compileFor(meshOf(snapshot), node);
}

/** The same of a mesh. The parts that proxies have in common are made once, and are the same objects for all of them. */
export function compileFor(mesh: Mesh, node: Node): ResourceSet | undefined {
  const { proxy } = memo(described, node, () => ({ proxy: proxyOf(node) }));
  if (proxy === undefined) return undefined;
  const workload = mesh.workloads.get(proxy.workload);
  const { placed, view } = placedOf(mesh, node, workload, () => place(mesh, proxy, workload, node));
  const shared = view ?? makeView(mesh, withWorkload(mesh, proxy), placed.viewKey);
  return layered(placed.patches?.patched(shared.resources) ?? shared.resources, placed);
}

/** What a proxy has that its view has not. No endpoint has a share in it. */
function ownOf(mesh: Mesh, proxy: ProxyNode): ResourceSet {
  if (proxy.isGrpc) return ownOfGrpc(mesh, proxy);
  const own = proxy.kind === 'sidecar' ? ownOfSidecar(mesh, proxy) : NOTHING;
  const policy = policyResources(mesh, proxy);
  return policy.size === 0 ? own : new Map([...own, [POLICY_TYPE_URL, policy]]);
}

function place(mesh: Mesh, described: ProxyNode, workload: Workload | undefined, node: Node): Placed {
  const proxy = withWorkload(mesh, described);
  const viewKey = viewKeyFor(mesh, proxy);
  makeView(mesh, proxy, viewKey);
  const [own, patches] = [ownOf(mesh, proxy), patchSetFor(mesh, proxy, node)];
  const patched = patches?.withAdditions(patches.patched(own)) ?? own;
  return { workload, viewKey, own: patched, layers: new Map(), ...(patches && { patches }) };
}

function viewKeyFor(mesh: Mesh, proxy: ProxyNode): string {
  if (proxy.isGrpc) return `grpc|${sidecarViewKey(mesh, proxy)}`;
  return proxy.kind === 'sidecar' ? sidecarViewKey(mesh, proxy) : `router|${JSON.stringify(proxy)}`;
}

function makeView(mesh: Mesh, proxy: ProxyNode, key: string) {
  return viewOf(mesh, key, () => {
    if (proxy.isGrpc) return grpcView(mesh, proxy);
    return proxy.kind === 'sidecar' ? sidecarView(mesh, proxy) : gatewayView(mesh, proxy);
  });
}
