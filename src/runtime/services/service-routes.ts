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
  /** Gets all routes, at first and whenever one changed. */
  readonly onChange: (routes: readonly ServiceRoute[]) => void;
}

/** What leads to where in the mesh's services, without any rule of the mesh: the work of kube-proxy. @returns ends it */
export function followServiceRoutes({ services, endpoints, clock, onChange }: ServiceRoutesOptions): () => void {
  let timer: Timer | undefined;
  const changed = () => {
    timer ??= clock.setTimer(SPREAD_MS, () => {
      timer = undefined;
      onChange(
        services
          .list()
          .flatMap((service) =>
            routesOf(service, endpoints.get(service.metadata.name, service.metadata.namespace)?.subsets ?? []),
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

/** One route for each port of a service that has a cluster IP. */
export function routesOf({ spec }: ServiceObject, subsets: readonly EndpointSubset[]): ServiceRoute[] {
  const { clusterIP, type, ports = [], sessionAffinity, publishNotReadyAddresses } = spec;
  if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return [];
  return ports.flatMap(({ port, name, protocol = 'TCP' }) => {
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
    return [{ address: clusterIP, protocol: known, port, targets, sticky: sessionAffinity === 'ClientIP' }];
  });
}

function other(protocol: 'tcp' | 'udp'): string {
  return protocol === 'tcp' ? 'UDP' : 'TCP';
}
