import { gatewayPlan } from './model/gateway-listeners.js';
import type { ProxyNode } from './model/proxy.js';
import { destinationHosts } from './model/sidecar-scope.js';
import type { Mesh } from './model/types.js';
import { visibleServices } from './model/view.js';
import { byHostname, type SharedView } from './shared-views.js';
import { gatewayListener, tablesOf } from './xds/gateway-listeners.js';
import { gatewayRouteConfigurations } from './xds/gateway-routes.js';
import { secretMessages } from './xds/gateway-secrets.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { encodeListener, encodeRoutes, encodeSecret, ResourceCollector } from './xds/resource.js';

/** A gateway knows only the services to which its routes lead, and the Secrets that its servers name. */
export function gatewayView(mesh: Mesh, proxy: ProxyNode): SharedView {
  const into = new ResourceCollector();
  const needed = new Set<string>();
  for (const listener of gatewayPlan(mesh, proxy).listeners) {
    const message = gatewayListener(mesh, proxy, listener);
    if (message === undefined) continue;
    into.addListener(encodeListener(message));
    for (const routes of gatewayRouteConfigurations(mesh, proxy, listener)) into.addRoutes(encodeRoutes(routes));
    for (const bound of listener.servers) {
      for (const host of tablesOf(mesh, proxy, bound).flatMap(destinationHosts)) needed.add(host);
      for (const secret of bound.server.tls ? secretMessages(mesh.secrets, bound.server.tls, proxy.namespace) : []) {
        into.addSecret(encodeSecret(secret));
      }
    }
  }
  const services = visibleServices(mesh, proxy).filter(({ hostname }) => needed.has(hostname));
  addOutboundClusters(into, mesh, proxy, services);
  return { proxy, services: byHostname(services), resources: into.resources };
}
