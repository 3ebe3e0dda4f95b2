import type { KubeObject } from '../../object.js';
import type { ConnectionPool, OutlierDetection } from './connection-types.js';
import type { LoadBalancer } from './load-balancer-types.js';

export type { ConnectionPool, OutlierDetection, TcpKeepalive } from './connection-types.js';
export type { ConsistentHash, LoadBalancer, LocalityLbSetting, Warmup } from './load-balancer-types.js';

export interface DestinationRule extends KubeObject {
  spec: DestinationRuleSpec;
}

export interface DestinationRuleSpec {
  host: string;
  trafficPolicy?: TrafficPolicy;
  subsets?: Subset[];
  exportTo?: string[];
  /** The callers for which the rule holds, in its own namespace; absent: all. */
  workloadSelector?: { matchLabels?: Record<string, string> };
}

export interface Subset {
  name: string;
  labels?: Record<string, string>;
  trafficPolicy?: TrafficPolicy;
}

/** What holds for one port. */
export interface PortTrafficPolicy {
  loadBalancer?: LoadBalancer;
  connectionPool?: ConnectionPool;
  outlierDetection?: OutlierDetection;
  tls?: ClientTls;
}

/** Settings of a port replace all the others for it. */
export interface TrafficPolicy extends PortTrafficPolicy {
  portLevelSettings?: (PortTrafficPolicy & { port?: { number?: number } })[];
  /** Connections are tunnelled through the destination to another host; not together with proxyProtocol. */
  tunnel?: { protocol?: string; targetHost?: string; targetPort?: number };
  proxyProtocol?: { version?: 'V1' | 'V2' };
  retryBudget?: { percent?: number; minRetryConcurrency?: number };
}

export type ClientTlsMode = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';

/** Paths are of the proxy's file system. */
export interface ClientTls {
  mode?: ClientTlsMode;
  clientCertificate?: string;
  privateKey?: string;
  caCertificates?: string;
  /** Name of a Secret with the keys cert, key and cacert, or tls.crt, tls.key and ca.crt. */
  credentialName?: string;
  subjectAltNames?: string[];
  sni?: string;
  insecureSkipVerify?: boolean;
  caCrl?: string;
}
