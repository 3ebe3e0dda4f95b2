import { destinationNeeds } from './model/destination-needs.js';
import { inboundPorts } from './model/inbound.js';
import type { ProxyNode } from './model/proxy.js';
import type { Mesh, Service } from './model/types.js';
import { visibleServices } from './model/view.js';
import { byHostname, type SharedView } from './shared-views.js';
import {
  blackHoleCluster,
  inboundClusterMessage,
  inboundPassthroughCluster,
  passthroughCluster,
} from './xds/cluster.js';
import { boundInbound, virtualInbound } from './xds/inbound-listeners.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { httpListener, httpProxyListener, tcpListeners, virtualOutbound } from './xds/outbound-listeners.js';
import { encodeCluster, encodeListener, encodeRoutes, ResourceCollector, type ResourceSet } from './xds/resource.js';
import { httpPorts, httpProxyRoutes, outboundRoutes } from './xds/sidecar-routes.js';

/** What of a sidecar its view depends on: its labels only where some rule asks for a caller's labels. */
export function sidecarViewKey(mesh: Mesh, proxy: ProxyNode): string {
  const labels = mesh.rulesAskForCaller ? JSON.stringify(proxy.labels) : '';
  return `${proxy.namespace}|${labels}|${destinationNeeds(mesh, proxy)}`;
}

/** What a sidecar has that no other has: its own listeners, and what leads to its application. */
export function ownOfSidecar(mesh: Mesh, proxy: ProxyNode, view: SharedView): ResourceSet {
  const into = new ResourceCollector();
  into.addListener(encodeListener(virtualOutbound(mesh, proxy)));
  addInbound(into, mesh, proxy);
  if (proxy.httpProxyPort !== undefined)
    addHttpProxy(into, mesh, proxy, [...view.services.values()], proxy.httpProxyPort);
  return into.resources;
}

/** What all sidecars have that see the same services and rules. */
export function sidecarView(mesh: Mesh, proxy: ProxyNode): SharedView {
  const into = new ResourceCollector();
  const services = visibleServices(mesh, proxy);
  addOutboundClusters(into, mesh, proxy, services);
  for (const cluster of [passthroughCluster(), blackHoleCluster()]) into.addCluster(encodeCluster(cluster));
  for (const [number, ports] of httpPorts(services)) {
    into.addListener(encodeListener(httpListener(number)));
    into.addRoutes(encodeRoutes(outboundRoutes(mesh, proxy, number, ports)));
  }
  for (const listener of tcpListeners(services)) into.addListener(encodeListener(listener));
  return { proxy, services: byHostname(services), resources: into.resources };
}

function addInbound(into: ResourceCollector, mesh: Mesh, proxy: ProxyNode): void {
  const ports = inboundPorts(mesh, proxy);
  const appAddress = proxy.capture === 'none' ? proxy.appAddress : undefined;
  for (const { port, protocol } of ports) {
    into.addCluster(encodeCluster(inboundClusterMessage(port, protocol, appAddress)));
  }
  if (proxy.capture === 'redirect') {
    into.addCluster(encodeCluster(inboundPassthroughCluster()));
    into.addListener(encodeListener(virtualInbound(proxy, ports)));
    return;
  }
  for (const port of ports) into.addListener(encodeListener(boundInbound(proxy, port)));
}

function addHttpProxy(
  into: ResourceCollector,
  mesh: Mesh,
  proxy: ProxyNode,
  services: readonly Service[],
  port: number,
): void {
  const own = inboundPorts(mesh, proxy).map((inbound) => inbound.port);
  into.addListener(encodeListener(httpProxyListener(proxy, port)));
  into.addRoutes(encodeRoutes(httpProxyRoutes(mesh, proxy, httpPorts(services), own)));
}
