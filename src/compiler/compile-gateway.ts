import type { ProxyNode } from './model/proxy.js';
import { destinationHosts } from './model/sidecar-scope.js';
import type { Mesh } from './model/types.js';
import { visibleServices } from './model/view.js';
import { byHostname, type SharedView } from './shared-views.js';
import { gatewayListener, gatewayRouteConfiguration, gatewayTables, serversByPort } from './xds/gateway.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { encodeListener, encodeRoutes, ResourceCollector } from './xds/resource.js';

/** A gateway knows only the services to which its routes lead. */
export function gatewayView(mesh: Mesh, proxy: ProxyNode): SharedView {
  const into = new ResourceCollector();
  const needed = new Set<string>();
  for (const [port, servers] of serversByPort(mesh, proxy)) {
    into.addListener(encodeListener(gatewayListener(proxy, port)));
    into.addRoutes(encodeRoutes(gatewayRouteConfiguration(mesh, proxy, port, servers)));
    for (const host of gatewayTables(mesh, servers).flatMap(destinationHosts)) needed.add(host);
  }
  const services = visibleServices(mesh, proxy).filter(({ hostname }) => needed.has(hostname));
  addOutboundClusters(into, mesh, proxy, services);
  return { proxy, services: byHostname(services), resources: into.resources };
}
