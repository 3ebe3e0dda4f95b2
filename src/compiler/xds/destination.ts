import type { PortPolicy } from '../model/destination-types.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Labels, Service, ServicePort } from '../model/types.js';

/** One cluster as one proxy is to see it. */
export interface DestinationSpec {
  /** `outbound|8080|v1|reviews.default.svc.cluster.local` */
  readonly name: string;
  readonly proxy: ProxyNode;
  readonly service: Service;
  readonly port: ServicePort;
  readonly policy: PortPolicy;
  /** Labels that its endpoints have; absent: all. */
  readonly subset?: Labels;
}

export type Discovery = 'eds' | 'dns' | 'logicalDns' | 'original';

/** How its endpoints are found. At a gateway there is no address that someone wanted to call. */
export function discoveryOf({ service, policy, proxy }: DestinationSpec): Discovery {
  if (policy.loadBalancer?.simple === 'PASSTHROUGH') return 'original';
  switch (service.resolution) {
    case 'endpoints':
      return 'eds';
    case 'dns':
      return 'dns';
    case 'dnsRoundRobin':
      return 'logicalDns';
    case 'original':
      return proxy.kind === 'router' ? 'eds' : 'original';
  }
}
