import type { EndpointSubset } from 'kubernetes-types/core/v1.js';
import type { Clock, Timer } from '../../base/clock.js';
import type { Informer } from '../../client/informer.js';
import type { ServiceRoute } from '../../native/index.js';
import type { EndpointsObject, ServiceObject } from '../../resources/types.js';

/** Changes that come within it are one: a Deployment's pods become ready in a burst. */
const SPREAD_MS = 20;
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp' } as const;

export interface ServiceRoutesOptions {
  readonly services: Informer<ServiceObject>;
  readonly endpoints: Informer<EndpointsObject>;
  readonly clock: Clock;
  /** Gets all ports, at first and whenever one changed. */
  readonly onChange: (ports: readonly ServicePort[]) => void;
}

/** One port of a service that has a cluster IP. */
export interface ServicePort {
  readonly service: ServiceObject;
  readonly route: ServiceRoute;
  /** At which it is reached on each node, from outside of the mesh. */
  readonly nodePort?: number;
}

/** What leads to where in the mesh's services, without any rule of the mesh: the work of kube-proxy. @returns ends it */
export function followServicePorts({ services, endpoints, clock, onChange }: ServiceRoutesOptions): () => void {
  let timer: Timer | undefined;
  const changed = () => {
    timer ??= clock.setTimer(SPREAD_MS, () => {
      timer = undefined;
      onChange(
        services
          .list()
          .flatMap((service) =>
            portsOf(service, endpoints.get(service.metadata.name, service.metadata.namespace)?.subsets ?? []),
          ),
      );
    });
  };
  const handler = { onAdd: changed, onUpdate: changed, onDelete: changed };
  const removers = [services.addHandler(handler), endpoints.addHandler(handler)];
  return () => {
    timer?.cancel();
    for (const remove of removers) remove();
  };
}

/** Where each port of a service leads; none of one without a cluster IP. */
export function portsOf(service: ServiceObject, subsets: readonly EndpointSubset[]): ServicePort[] {
  const { clusterIP, type, ports = [], sessionAffinity, publishNotReadyAddresses } = service.spec;
  if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return [];
  return ports.flatMap(({ port, name, nodePort, protocol = 'TCP' }) => {
    const known = PROTOCOLS[protocol as keyof typeof PROTOCOLS];
    if (known === undefined) return [];
    const targets = subsets.flatMap((subset) => {
      const found = subset.ports?.find((each) => (each.name ?? '') === (name ?? '') && each.protocol !== other(known));
      const addresses = [
        ...(subset.addresses ?? []),
        ...((publishNotReadyAddresses && subset.notReadyAddresses) || []),
      ];
      return found ? addresses.map(({ ip }) => ({ address: ip, port: found.port })) : [];
    });
    const route = { address: clusterIP, protocol: known, port, targets, sticky: sessionAffinity === 'ClientIP' };
    return [{ service, route, ...(nodePort ? { nodePort } : {}) }];
  });
}

function other(protocol: 'tcp' | 'udp'): string {
  return protocol === 'tcp' ? 'UDP' : 'TCP';
}
