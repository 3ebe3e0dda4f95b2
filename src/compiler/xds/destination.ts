import type { ClientTls } from '../../resources/istio/destinationrule/types.js';
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
  /** Whether the rules that hold are for some callers alone. */
  readonly isForSome: boolean;
}

/**
 * TLS as this caller speaks it. A rule for all sidecars must not hand a Secret to all of them: as in Istio, a credentialName counts at
 * gateways, and at those sidecars that the rule's workloadSelector names.
 */
export function tlsFor({ policy, proxy, isForSome }: DestinationSpec): ClientTls | undefined {
  const { tls } = policy;
  return tls?.credentialName && proxy.kind === 'sidecar' && !isForSome ? undefined : tls;
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
