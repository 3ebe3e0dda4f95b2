import { memo } from '../memo.js';
import type { DestinationView } from '../model/destination-types.js';
import { destinationView } from '../model/destination-view.js';
import { portPolicy } from '../model/port-policy.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh, Service, ServicePort } from '../model/types.js';
import { clientSecrets } from './client-secrets.js';
import { outboundClusterMessage } from './cluster.js';
import { type DestinationSpec, discoveryOf, tlsFor } from './destination.js';
import { callerKey, loadAssignment } from './endpoints.js';
import { grpcCluster } from './grpc-cluster.js';
import { outboundCluster } from './names.js';
import { encodeCluster, encodeEndpoints, encodeSecret, type ResourceCollector, type XdsResource } from './resource.js';
import { originatesTls } from './transport-socket.js';

/** The clusters of services, and their endpoints: for each port the whole service and each of its subsets. */
export function addOutboundClusters(
  into: ResourceCollector,
  mesh: Mesh,
  proxy: ProxyNode,
  services: readonly Service[],
): void {
  for (const service of services) {
    const view = destinationView(mesh, proxy, service);
    for (const port of service.ports) {
      addCluster(into, mesh, view, specOf(proxy, service, port, view));
      for (const subset of view.subsets.keys())
        addCluster(into, mesh, view, specOf(proxy, service, port, view, subset));
    }
  }
}

function specOf(
  proxy: ProxyNode,
  service: Service,
  port: ServicePort,
  view: DestinationView,
  subset?: string,
): DestinationSpec {
  const labels = subset === undefined ? undefined : view.subsets.get(subset)?.labels;
  return {
    name: outboundCluster(port.number, subset, service.hostname),
    policy: portPolicy(view, port.number, subset),
    ...{ proxy, service, port },
    isForSome: view.workloadSelector !== undefined,
    ...(labels ? { subset: labels } : {}),
  };
}

/** Encoded once for all proxies that see the same: by port, then by the rules that hold, then by name and what else counts. */
type Encoded = WeakMap<ServicePort, WeakMap<DestinationView, Map<string, XdsResource>>>;
const clusters: Encoded = new WeakMap();
const assignments: Encoded = new WeakMap();

function addCluster(into: ResourceCollector, mesh: Mesh, view: DestinationView, spec: DestinationSpec): void {
  const { systemCaFile } = mesh.config;
  const key = `${spec.name}|${callerKey(spec)}`;
  const cluster = memo(encodedFor(clusters, spec, view), `${key}|${spec.port.protocol}|${systemCaFile}`, () =>
    encodeCluster(outboundClusterMessage(spec, systemCaFile)),
  );
  const seen = spec.proxy.isGrpc ? grpcCluster(cluster) : cluster;
  if (seen === undefined) return;
  into.addCluster(seen);
  if (!spec.proxy.isGrpc) addSecrets(into, mesh, spec);
  if (discoveryOf(spec) !== 'eds') return;
  into.addEndpoints(memo(encodedFor(assignments, spec, view), key, () => encodeEndpoints(loadAssignment(spec))));
}

function addSecrets(into: ResourceCollector, { secrets }: Mesh, spec: DestinationSpec): void {
  const tls = tlsFor(spec);
  if (!tls?.credentialName || !originatesTls(tls)) return;
  for (const secret of clientSecrets(secrets, tls, spec.proxy.namespace)) into.addSecret(encodeSecret(secret));
}

function encodedFor(memory: Encoded, { port }: DestinationSpec, view: DestinationView): Map<string, XdsResource> {
  const byView = memo(memory, port, () => new WeakMap<DestinationView, Map<string, XdsResource>>());
  return memo(byView, view, () => new Map<string, XdsResource>());
}
