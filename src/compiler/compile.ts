import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { memo } from './memo.js';
import { inboundPorts } from './model/inbound.js';
import { meshOf } from './model/mesh.js';
import { type ProxyNode, proxyOf } from './model/proxy.js';
import type { Mesh, Service } from './model/types.js';
import { visibleServices } from './model/view.js';
import { withWorkload } from './model/workloads.js';
import type { MeshSnapshot } from './snapshot.js';
import {
  blackHoleCluster,
  inboundClusterMessage,
  inboundPassthroughCluster,
  passthroughCluster,
} from './xds/cluster.js';
import { gatewayListener, gatewayRouteConfiguration, gatewayTables, serversByPort } from './xds/gateway.js';
import { boundInbound, virtualInbound } from './xds/inbound-listeners.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { httpListener, httpProxyListener, tcpListeners, virtualOutbound } from './xds/outbound-listeners.js';
import {
  encodeCluster,
  encodeListener,
  encodeRoutes,
  ResourceCollector,
  type ResourceSet,
  type XdsResource,
} from './xds/resource.js';
import { httpPorts, httpProxyRoutes, outboundRoutes } from './xds/sidecar-routes.js';

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

function compileSidecar(mesh: Mesh, proxy: ProxyNode): ResourceSet {
  const into = new ResourceCollector();
  const services = visibleServices(mesh, proxy);
  addOutboundClusters(into, mesh, proxy, services);
  for (const cluster of [passthroughCluster(), blackHoleCluster()]) into.addCluster(encodeCluster(cluster));
  addInbound(into, mesh, proxy);
  addOutbound(into, mesh, proxy, services);
  return into.resources;
}

/** Encoded once for all sidecars that see the same. */
const httpListeners = new Map<number, XdsResource>();
const outboundRouteMemory = new WeakMap<Mesh, Map<string, XdsResource>>();

/** What of a sidecar its outbound routes depend on: its labels only where some rule asks for a caller's labels. */
function viewerKey(mesh: Mesh, proxy: ProxyNode): string {
  const bySource = mesh.routeTables.some(({ routes }) =>
    routes.some(({ matches }) => matches.some(({ sourceLabels }) => sourceLabels)),
  );
  return `${proxy.namespace}|${proxy.http2}|${bySource ? JSON.stringify(proxy.labels) : ''}`;
}

function addOutbound(into: ResourceCollector, mesh: Mesh, proxy: ProxyNode, services: readonly Service[]): void {
  const ports = httpPorts(services, proxy);
  const shared = memo(outboundRouteMemory, mesh, () => new Map<string, XdsResource>());
  const viewer = viewerKey(mesh, proxy);
  into.addListener(encodeListener(virtualOutbound(mesh, proxy)));
  for (const [number, list] of ports) {
    into.addListener(memo(httpListeners, number, () => encodeListener(httpListener(number))));
    const routes = memo(shared, `${number}|${viewer}`, () => encodeRoutes(outboundRoutes(mesh, proxy, number, list)));
    into.addRoutes(routes);
  }
  for (const listener of tcpListeners(services, proxy)) into.addListener(encodeListener(listener));
  if (proxy.httpProxyPort === undefined) return;
  const own = inboundPorts(mesh, proxy).map(({ port }) => port);
  into.addListener(encodeListener(httpProxyListener(proxy, proxy.httpProxyPort)));
  into.addRoutes(encodeRoutes(httpProxyRoutes(mesh, proxy, ports, own)));
}

function addInbound(into: ResourceCollector, mesh: Mesh, proxy: ProxyNode): void {
  const ports = inboundPorts(mesh, proxy);
  const appAddress = proxy.capture === 'none' ? proxy.appAddress : undefined;
  for (const { port, protocol } of ports) {
    into.addCluster(
      encodeCluster(inboundClusterMessage(port, protocol === 'http2' && !proxy.http2 ? 'tcp' : protocol, appAddress)),
    );
  }
  if (proxy.capture === 'redirect') {
    into.addCluster(encodeCluster(inboundPassthroughCluster()));
    into.addListener(encodeListener(virtualInbound(proxy, ports)));
    return;
  }
  for (const port of ports) into.addListener(encodeListener(boundInbound(proxy, port)));
}

function compileGateway(mesh: Mesh, proxy: ProxyNode): ResourceSet {
  const into = new ResourceCollector();
  for (const [port, servers] of serversByPort(mesh, proxy)) {
    into.addListener(encodeListener(gatewayListener(proxy, port)));
    into.addRoutes(encodeRoutes(gatewayRouteConfiguration(mesh, proxy, port, servers)));
    const hosts = gatewayTables(mesh, servers).flatMap((table) =>
      table.routes.flatMap(({ action }) =>
        action.kind === 'forward'
          ? [...action.destinations, ...action.mirrors.map(({ destination }) => destination)]
          : [],
      ),
    );
    const needed = new Set(hosts.map(({ host }) => host));
    addOutboundClusters(
      into,
      mesh,
      proxy,
      visibleServices(mesh, proxy).filter(({ hostname }) => needed.has(hostname)),
    );
  }
  return into.resources;
}
