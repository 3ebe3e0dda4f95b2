import type { Service as KubeService, ServicePort as KubeServicePort } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../resources/object.js';
import { serviceHostname } from '../hostname.js';
import { namespaceOf, refOf } from '../snapshot.js';
import { endpointsOf, podKeysOf, sliceEndpointsOf, type Workloads } from './endpoints.js';
import { protocolOf } from './protocol.js';
import type { Endpoint, Service, ServicePort, Workload } from './types.js';
import { endpointOf, hasAddress, type WorkloadInstance } from './workload-instances.js';

const EXPORT_TO_ANNOTATION = 'networking.istio.io/exportTo';
const DISTRIBUTION_ANNOTATION = 'networking.istio.io/traffic-distribution';
/** What is not TCP does not go through proxies. */
const TCP = 'TCP';

/** What a service's endpoints are made of. */
export interface EndpointSources {
  readonly endpoints: KubeObject | undefined;
  /** EndpointSlices that say more than the Endpoints do. */
  readonly slices: readonly KubeObject[];
  /** WorkloadEntries that the service selects. */
  readonly instances: readonly WorkloadInstance[];
}

interface Remembered extends EndpointSources {
  readonly service: Service;
  readonly workloads: readonly (Workload | undefined)[];
  readonly domain: string;
}

const memory = new WeakMap<KubeObject, Remembered>();

/** The same service object while nothing that it was made of has changed, so that what was encoded of it is used again. */
export function kubeService(
  object: KubeObject,
  sources: EndpointSources,
  workloads: Workloads,
  domain: string,
): Service {
  const behind = sources.endpoints ? podKeysOf(sources.endpoints).map((key) => workloads.get(key)) : [];
  const known = memory.get(object);
  if (known?.domain === domain && isSame(known, sources) && sameItems(known.workloads, behind)) return known.service;
  const service = toService(object, sources, workloads, domain);
  memory.set(object, { ...sources, service, workloads: behind, domain });
  return service;
}

function isSame(left: EndpointSources, right: EndpointSources): boolean {
  if (left.endpoints !== right.endpoints) return false;
  return sameItems(left.slices, right.slices) && sameItems(left.instances, right.instances);
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function toService(object: KubeObject, sources: EndpointSources, workloads: Workloads, domain: string): Service {
  const { spec } = object as unknown as KubeService;
  const { name, annotations = {} } = object.metadata;
  const external = spec?.type === 'ExternalName' ? spec.externalName : undefined;
  const headless = spec?.clusterIP === 'None';
  const namespace = namespaceOf(object);
  const exportTo = annotations[EXPORT_TO_ANNOTATION]?.split(',').map((part) => part.trim());
  const distribution = spec?.trafficDistribution ?? annotations[DISTRIBUTION_ANNOTATION];
  const isMixed = sources.slices.length + sources.instances.length > 0;
  return {
    hostname: serviceHostname(name, namespace, domain),
    ...{ name, namespace },
    origin: refOf(object),
    addresses: headless || external !== undefined ? [] : clusterIPs(spec),
    resolution: external !== undefined ? 'dns' : headless ? 'original' : 'endpoints',
    ports: (spec?.ports ?? [])
      .filter((port) => (port.protocol ?? TCP) === TCP)
      .map((port) => toPort(port, external ? byName(external, port) : portEndpoints(port, sources, workloads))),
    ...(spec?.selector ? { selector: spec.selector } : {}),
    ...(exportTo ? { exportTo } : {}),
    ...(spec?.internalTrafficPolicy === 'Local' ? { nodeLocal: true } : {}),
    ...(distribution ? { trafficDistribution: distribution } : {}),
    ...(external !== undefined ? { externalName: external } : {}),
    ...(isMixed ? { composite: true } : {}),
  };
}

function clusterIPs(spec: KubeService['spec']): readonly string[] {
  const all = spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []);
  return all.filter((address) => address !== '' && address !== 'None');
}

function toPort(port: KubeServicePort, endpoints: readonly Endpoint[]): ServicePort {
  return {
    number: port.port,
    name: port.name ?? '',
    protocol: protocolOf(port.name, port.appProtocol, port.port),
    ...(port.targetPort !== undefined ? { targetPort: port.targetPort } : {}),
    endpoints,
  };
}

/** One that has several sources counts once. */
function portEndpoints(port: KubeServicePort, sources: EndpointSources, workloads: Workloads): readonly Endpoint[] {
  const own = endpointsOf(sources.endpoints, port.name, workloads);
  if (sources.slices.length + sources.instances.length === 0) return own;
  const all = [
    ...own,
    ...sources.slices.flatMap((slice) => sliceEndpointsOf(slice, port.name, workloads)),
    ...sources.instances.filter(hasAddress).flatMap((instance) => {
      const target = targetOf(port, instance);
      return target === undefined ? [] : [endpointOf(instance, target)];
    }),
  ];
  return [
    ...new Map(all.toReversed().map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint])).values(),
  ].reverse();
}

/** Of a WorkloadEntry: by the target port's name, by the port's, or the target port as for pods. */
function targetOf(
  { name = '', port, targetPort = port }: KubeServicePort,
  { ports }: WorkloadInstance,
): number | undefined {
  const named = ports[String(targetPort)] ?? ports[name];
  if (named !== undefined) return named;
  return typeof targetPort === 'number' ? targetPort : undefined;
}

function byName(host: string, port: KubeServicePort): Endpoint[] {
  return [{ address: host, port: port.port, labels: {} }];
}
