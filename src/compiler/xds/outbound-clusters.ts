import { memo } from '../memo.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Labels, Mesh, PortPolicy, Service, ServicePort, TrafficPolicy } from '../model/types.js';
import { destinationView } from '../model/view.js';
import { outboundClusterMessage } from './cluster.js';
import { loadAssignment } from './endpoints.js';
import { outboundCluster } from './names.js';
import { encodeCluster, encodeEndpoints, type ResourceCollector, type XdsResource } from './resource.js';

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
      addCluster(into, { service, port, policy: view.policy });
      for (const [subset, { labels, policy }] of view.subsets) {
        addCluster(into, { service, port, policy, subset: { name: subset, labels } });
      }
    }
  }
}

interface ClusterSpec {
  readonly service: Service;
  readonly port: ServicePort;
  readonly policy: TrafficPolicy;
  readonly subset?: { readonly name: string; readonly labels: Labels };
}

/** Encoded once for all proxies that see the same: by port, then by the policy, then by name and protocol. */
const clusters = new WeakMap<ServicePort, WeakMap<TrafficPolicy, Map<string, XdsResource>>>();
const assignments = new WeakMap<ServicePort, Map<string, XdsResource>>();

function addCluster(into: ResourceCollector, { service, port, policy, subset }: ClusterSpec): void {
  const name = outboundCluster(port.number, subset?.name, service.hostname);
  const { protocol } = port;
  const byPolicy = memo(clusters, port, () => new WeakMap<TrafficPolicy, Map<string, XdsResource>>());
  const byName = memo(byPolicy, policy, () => new Map<string, XdsResource>());
  const own = policyFor(policy, port.number);
  const cluster = memo(byName, `${name}|${protocol}`, () =>
    encodeCluster(outboundClusterMessage({ name, service, port, protocol, policy: own })),
  );
  into.addCluster(cluster);
  if (service.resolution !== 'endpoints') return;
  const byLabels = memo(assignments, port, () => new Map<string, XdsResource>());
  const key = `${name}|${JSON.stringify(subset?.labels ?? null)}`;
  into.addEndpoints(memo(byLabels, key, () => encodeEndpoints(loadAssignment(name, port.endpoints, subset?.labels))));
}

/** A port's own settings replace those of the whole service part by part. */
function policyFor(policy: TrafficPolicy, port: number): PortPolicy {
  return { ...policy, ...policy.ports.get(port) };
}
