import type { Service as KubeService, ServicePort as KubeServicePort } from 'kubernetes-types/core/v1.js';
import type { ServiceEntry, ServiceEntrySpec } from '../../resources/istio/serviceentry/types.js';
import type { KubeObject } from '../../resources/object.js';
import { serviceHostname } from '../hostname.js';
import { byAge, keyOf } from '../ordering.js';
import { originsOf } from '../origin.js';
import { type MeshSnapshot, namespaceOf, refOf } from '../snapshot.js';
import { endpointsOf, type PodLabels, podKeysOf, podLabelsOf } from './endpoints.js';
import { protocolOf } from './protocol.js';
import type { Endpoint, Labels, Service, ServicePort } from './types.js';

const EXPORT_TO_ANNOTATION = 'networking.istio.io/exportTo';

/** Services of the API server and of ServiceEntries, by host name. Of two with one name the first holds. */
export function buildServices(
  snapshot: MeshSnapshot,
  serviceEntries: readonly ServiceEntry[],
): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>();
  const labels = podLabelsOf(snapshot.pods);
  const endpoints = new Map(snapshot.endpoints.map((object) => [keyOf(object), object]));
  for (const object of snapshot.services.toSorted(byAge)) {
    const service = kubeService(object, endpoints.get(keyOf(object)), labels, snapshot.config.clusterDomain);
    services.set(service.hostname, service);
  }
  for (const entry of serviceEntries.toSorted(byAge)) {
    for (const service of fromServiceEntry(entry)) {
      if (!services.has(service.hostname)) services.set(service.hostname, service);
    }
  }
  return services;
}

interface Remembered {
  readonly service: Service;
  readonly endpoints: KubeObject | undefined;
  readonly labels: readonly (Labels | undefined)[];
  readonly domain: string;
}

const memory = new WeakMap<KubeObject, Remembered>();

/** The same service object while nothing that it was made of has changed, so that what was encoded of it is used again. */
export function kubeService(
  object: KubeObject,
  endpoints: KubeObject | undefined,
  pods: PodLabels,
  domain: string,
): Service {
  const labels = endpoints ? podKeysOf(endpoints).map((key) => pods.get(key)) : [];
  const known = memory.get(object);
  const same = known?.endpoints === endpoints && known?.domain === domain;
  if (known && same && known.labels.every((value, index) => value === labels[index])) return known.service;
  const service = fromKubeService(object, endpoints, pods, domain);
  memory.set(object, { service, endpoints, labels, domain });
  return service;
}

function fromKubeService(
  object: KubeObject,
  endpoints: KubeObject | undefined,
  labels: PodLabels,
  domain: string,
): Service {
  const { spec } = object as unknown as KubeService;
  const external = spec?.type === 'ExternalName' ? spec.externalName : undefined;
  const headless = spec?.clusterIP === 'None';
  const namespace = namespaceOf(object);
  const exportTo = object.metadata.annotations?.[EXPORT_TO_ANNOTATION]?.split(',').map((part) => part.trim());
  return {
    hostname: serviceHostname(object.metadata.name, namespace, domain),
    name: object.metadata.name,
    namespace,
    origin: refOf(object),
    addresses: headless || external !== undefined ? [] : clusterIPs(spec),
    resolution: external !== undefined ? 'dns' : headless ? 'original' : 'endpoints',
    ports: (spec?.ports ?? [])
      .filter((port) => (port.protocol ?? 'TCP') === 'TCP')
      .map((port) =>
        toPort(port, external ? externalEndpoint(external, port) : endpointsOf(endpoints, port.name, labels)),
      ),
    ...(spec?.selector ? { selector: spec.selector } : {}),
    ...(exportTo ? { exportTo } : {}),
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
    protocol: protocolOf(port.name, port.appProtocol),
    ...(port.targetPort !== undefined ? { targetPort: port.targetPort } : {}),
    endpoints,
  };
}

function externalEndpoint(host: string, port: KubeServicePort): Endpoint[] {
  return [{ address: host, port: port.port, labels: {} }];
}

function fromServiceEntry(entry: ServiceEntry): Service[] {
  const { spec } = entry;
  const resolution = RESOLUTIONS[spec.resolution ?? 'NONE'] ?? 'original';
  return spec.hosts.map((host) => ({
    hostname: host.toLowerCase(),
    name: entry.metadata.name,
    namespace: namespaceOf(entry),
    origin: originsOf(entry)[0]!,
    addresses: spec.addresses ?? [],
    resolution,
    ports: (spec.ports ?? []).map((port) => ({
      number: port.number,
      name: port.name,
      protocol: protocolOf(port.protocol || port.name, undefined),
      endpoints: resolution === 'original' ? [] : entryEndpoints(spec, host, port),
    })),
    ...(spec.exportTo ? { exportTo: spec.exportTo } : {}),
  }));
}

const RESOLUTIONS: Readonly<Record<string, Service['resolution']>> = {
  NONE: 'original',
  STATIC: 'endpoints',
  DNS: 'dns',
  DNS_ROUND_ROBIN: 'dns',
};

type EntryPort = NonNullable<ServiceEntrySpec['ports']>[number];

function entryEndpoints(spec: ServiceEntrySpec, host: string, port: EntryPort): Endpoint[] {
  const target = port.targetPort ?? port.number;
  if (!spec.endpoints?.length) return [{ address: host, port: target, labels: {} }];
  return spec.endpoints.map(({ address, ports, labels, weight }) => ({
    address: address ?? host,
    port: ports?.[port.name] ?? target,
    labels: labels ?? {},
    ...(weight ? { weight } : {}),
  }));
}
