import type { Informer } from '../../client/informer.js';
import type { EndpointsObject, NamespaceObject, ServiceObject } from '../../resources/types.js';
import type { DnsEndpoint, DnsPort, DnsService, EndpointOf, ServiceDirectory } from './service-directory.js';

/** Index of services by their cluster IPs: give it to the informer as {@link SERVICE_INDEXES}. */
const BY_CLUSTER_IP = 'clusterIP';
const NO_CLUSTER_IP = 'None';

/** Indexes that the services' informer must have. */
export const SERVICE_INDEXES = {
  [BY_CLUSTER_IP]: (service: ServiceObject): readonly string[] => {
    const ip = clusterIPOf(service);
    return ip === undefined ? [] : [ip];
  },
};

const BY_ADDRESS = 'address';

/** Indexes that the endpoints' informer must have. */
export const ENDPOINTS_INDEXES = {
  [BY_ADDRESS]: ({ subsets = [] }: EndpointsObject): readonly string[] => [
    ...new Set(subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip))),
  ],
};

export interface DirectoryInformers {
  readonly services: Informer<ServiceObject>;
  readonly endpoints: Informer<EndpointsObject>;
  readonly namespaces: Informer<NamespaceObject>;
}

/** The mesh's services as the API server has them. The informers are started and stopped by their owner. */
export class InformedDirectory implements ServiceDirectory {
  constructor(private readonly informers: DirectoryInformers) {}

  service(namespace: string, name: string): DnsService | undefined {
    const service = this.informers.services.get(name, namespace);
    return service && this.describe(service);
  }

  hasNamespace(namespace: string): boolean {
    return this.informers.namespaces.get(namespace) !== undefined;
  }

  serviceAt(clusterIP: string): DnsService | undefined {
    const [service] = this.informers.services.byIndex(BY_CLUSTER_IP, clusterIP);
    return service && this.describe(service);
  }

  endpointsAt(podIP: string): EndpointOf[] {
    return this.informers.endpoints.byIndex(BY_ADDRESS, podIP).flatMap(({ metadata, subsets = [] }) => {
      const found = subsets.flatMap(({ addresses = [] }) => addresses).find(({ ip }) => ip === podIP);
      const { name: service, namespace = 'default' } = metadata;
      return found ? [{ namespace, service, endpoint: endpointOf(found) }] : [];
    });
  }

  private describe(service: ServiceObject): DnsService {
    const { name, namespace = 'default' } = service.metadata;
    const { type, externalName } = service.spec;
    const ports = (service.spec.ports ?? []).map(portOf);
    if (type === 'ExternalName' && externalName !== undefined)
      return { name, namespace, externalName, ports, endpoints: [] };
    const clusterIP = clusterIPOf(service);
    if (clusterIP !== undefined) return { name, namespace, clusterIP, ports, endpoints: [] };
    return { name, namespace, ports, endpoints: this.endpointsOf(service) };
  }

  private endpointsOf(service: ServiceObject): DnsEndpoint[] {
    const { name, namespace } = service.metadata;
    const withUnready = service.spec.publishNotReadyAddresses === true;
    const subsets = this.informers.endpoints.get(name, namespace)?.subsets ?? [];
    const addresses = subsets.flatMap((subset) => [
      ...(subset.addresses ?? []),
      ...(withUnready ? (subset.notReadyAddresses ?? []) : []),
    ]);
    return addresses.map(endpointOf);
  }
}

function endpointOf({ ip, hostname }: { ip: string; hostname?: string }): DnsEndpoint {
  return { ip, ...(hostname !== undefined && { hostname }) };
}

function clusterIPOf(service: ServiceObject): string | undefined {
  const ip = service.spec.type === 'ExternalName' ? undefined : service.spec.clusterIP;
  return ip === undefined || ip === '' || ip === NO_CLUSTER_IP ? undefined : ip;
}

function portOf(port: { name?: string; protocol?: string; port: number }): DnsPort {
  const protocol = (port.protocol ?? 'TCP').toLowerCase() as DnsPort['protocol'];
  return { protocol, port: port.port, ...(port.name !== undefined && { name: port.name }) };
}
