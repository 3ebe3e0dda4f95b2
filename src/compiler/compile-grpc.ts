import { inboundPorts } from './model/inbound.js';
import type { ProxyNode } from './model/proxy.js';
import { scopeOf } from './model/sidecar-scope.js';
import type { Mesh, Service } from './model/types.js';
import { byHostname, type SharedView } from './shared-views.js';
import { hostForms } from './xds/domains.js';
import { grpcClientListener, grpcRoutes, grpcServerListener } from './xds/grpc-listeners.js';
import { grpcRouteConfiguration } from './xds/grpc-routes.js';
import { addOutboundClusters } from './xds/outbound-clusters.js';
import { encodeListener, ResourceCollector, type ResourceSet } from './xds/resource.js';
import { sniffedServiceRoutes } from './xds/sidecar-routes.js';

/** Where a gRPC server that takes calls at every address listens. */
const ANY_ADDRESSES = ['0.0.0.0', '::'];

/** What gRPC programs without a proxy have that see the same services and rules: each asks for what it dials. */
export function grpcView(mesh: Mesh, proxy: ProxyNode): SharedView {
  const into = new ResourceCollector();
  const scope = scopeOf(mesh, proxy);
  addOutboundClusters(into, mesh, proxy, scope.services);
  for (const egress of scope.egress) {
    for (const service of egress.services) {
      for (const port of service.ports) {
        const routes = sniffedServiceRoutes({ mesh, proxy, scope }, egress, { service, port });
        into.addRoutes(grpcRouteConfiguration(grpcRoutes(service.hostname, port.number), routes));
        for (const host of dialled(mesh, proxy, service)) {
          into.addListener(encodeListener(grpcClientListener(`${host}:${port.number}`, service.hostname, port.number)));
        }
      }
    }
  }
  return { proxy, services: byHostname(scope.services), resources: into.resources };
}

function dialled(mesh: Mesh, proxy: ProxyNode, service: Service): string[] {
  return hostForms(service, proxy, mesh.config.clusterDomain).filter((host) => !host.includes('*'));
}

/** The listeners of its own servers. */
export function ownOfGrpc(mesh: Mesh, proxy: ProxyNode): ResourceSet {
  const into = new ResourceCollector();
  for (const { port } of inboundPorts(mesh, proxy)) {
    for (const address of [...ANY_ADDRESSES, proxy.ip])
      into.addListener(encodeListener(grpcServerListener(address, port)));
  }
  return into.resources;
}
