import { destinationNeeds } from './model/destination-needs.js';
import { inboundPorts } from './model/inbound.js';
import type { ProxyNode } from './model/proxy.js';
import { type EgressScope, type SidecarScope, scopeKeyOf, scopeOf } from './model/sidecar-scope.js';
import type { Mesh } from './model/types.js';
import { byHostname, type SharedView } from './shared-views.js';
import { blackHoleCluster, inboundPassthroughCluster, passthroughCluster } from './xds/cluster.js';
import { inboundClusterFor } from './xds/inbound-clusters.js';
import { boundInbound, virtualInbound } from './xds/inbound-listeners.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { httpProxyListener, virtualOutbound } from './xds/outbound-listeners.js';
import { inboundPolicy } from './xds/policy-filters.js';
import { encodeCluster, encodeListener, encodeRoutes, ResourceCollector, type ResourceSet } from './xds/resource.js';
import { serviceListeners } from './xds/service-listeners.js';
import { httpPorts, httpProxyRoutes, outboundRoutes, sniffedServiceRoutes } from './xds/sidecar-routes.js';

/** What of a sidecar its view depends on: its labels only where some rule asks for a caller's labels. */
export function sidecarViewKey(mesh: Mesh, proxy: ProxyNode): string {
  const labels = mesh.rulesAskForCaller ? JSON.stringify(proxy.labels) : '';
  const own = listensItself(mesh, proxy) ? proxy.ip : '';
  return `${scopeKeyOf(mesh, proxy)}|${labels}|${own}|${destinationNeeds(mesh, proxy)}`;
}

/** Whether some listener is bound to the pod's own address. */
function listensItself(mesh: Mesh, proxy: ProxyNode): boolean {
  return proxy.capture === 'none' && scopeOf(mesh, proxy).egress.some(({ listener }) => listener.listens);
}

/** What a sidecar has that no other has: its own listeners, and what leads to its application. */
export function ownOfSidecar(mesh: Mesh, proxy: ProxyNode): ResourceSet {
  const into = new ResourceCollector();
  const scope = scopeOf(mesh, proxy);
  into.addListener(encodeListener(virtualOutbound(scope, proxy)));
  addInbound(into, mesh, proxy);
  if (proxy.httpProxyPort !== undefined) addHttpProxy(into, mesh, proxy, scope, proxy.httpProxyPort);
  return into.resources;
}

/** What all sidecars have that see the same services and rules. */
export function sidecarView(mesh: Mesh, proxy: ProxyNode): SharedView {
  const into = new ResourceCollector();
  const scope = scopeOf(mesh, proxy);
  addOutboundClusters(into, mesh, proxy, scope.services);
  for (const cluster of [passthroughCluster(), blackHoleCluster()]) into.addCluster(encodeCluster(cluster));
  for (const listener of serviceListeners(mesh, proxy, scope)) into.addListener(encodeListener(listener));
  for (const egress of scope.egress) addRoutes(into, mesh, proxy, scope, egress);
  return { proxy, services: byHostname(scope.services), resources: into.resources };
}

function addRoutes(
  into: ResourceCollector,
  mesh: Mesh,
  proxy: ProxyNode,
  scope: SidecarScope,
  egress: EgressScope,
): void {
  const view = { mesh, proxy, scope };
  for (const [number, ports] of httpPorts(egress.services)) {
    into.addRoutes(encodeRoutes(outboundRoutes(view, egress, number, ports)));
  }
  for (const service of egress.services) {
    if (!service.addresses.some((address) => !address.includes('/'))) continue;
    for (const port of service.ports) {
      if ((egress.listener.protocol ?? port.protocol) !== 'auto') continue;
      into.addRoutes(encodeRoutes(sniffedServiceRoutes(view, egress, { service, port })));
    }
  }
}

function addInbound(into: ResourceCollector, mesh: Mesh, proxy: ProxyNode): void {
  const ports = inboundPorts(mesh, proxy);
  const policy = inboundPolicy(mesh, proxy);
  for (const cluster of policy.clusters) into.addCluster(encodeCluster(cluster));
  for (const port of ports) into.addCluster(encodeCluster(inboundClusterFor(port, proxy)));
  const redirected = ports.filter(({ listenAddress }) => proxy.capture === 'redirect' && listenAddress === undefined);
  for (const port of ports) {
    if (!redirected.includes(port)) into.addListener(encodeListener(boundInbound(proxy, port, policy)));
  }
  if (proxy.capture !== 'redirect') return;
  into.addCluster(encodeCluster(inboundPassthroughCluster()));
  into.addListener(encodeListener(virtualInbound(redirected, policy)));
}

function addHttpProxy(into: ResourceCollector, mesh: Mesh, proxy: ProxyNode, scope: SidecarScope, port: number): void {
  const own = inboundPorts(mesh, proxy).map((inbound) => inbound.port);
  into.addListener(encodeListener(httpProxyListener(proxy, port)));
  into.addRoutes(encodeRoutes(httpProxyRoutes({ mesh, proxy, scope }, own)));
}
