import type { KubeObject } from '../../object.js';

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

/** Each part replaces the same part of the policy around it as a whole. */
export interface PortTrafficPolicy {
  loadBalancer?: { simple?: SimpleLoadBalancer };
  connectionPool?: ConnectionPool;
  outlierDetection?: OutlierDetection;
  tls?: { mode?: string };
}

export interface TrafficPolicy extends PortTrafficPolicy {
  portLevelSettings?: (PortTrafficPolicy & { port?: { number?: number } })[];
}

export type SimpleLoadBalancer =
  | 'UNSPECIFIED'
  | 'ROUND_ROBIN'
  | 'LEAST_REQUEST'
  | 'LEAST_CONN'
  | 'RANDOM'
  | 'PASSTHROUGH';

export interface ConnectionPool {
  tcp?: { maxConnections?: number; connectTimeout?: string };
  http?: {
    http1MaxPendingRequests?: number;
    http2MaxRequests?: number;
    maxRequestsPerConnection?: number;
    maxRetries?: number;
  };
}

/** A number of errors of 0 switches that kind of detection off. */
export interface OutlierDetection {
  /** Older spelling of consecutiveGatewayErrors' place; counts 5xx. */
  consecutiveErrors?: number;
  consecutive5xxErrors?: number;
  consecutiveGatewayErrors?: number;
  interval?: string;
  baseEjectionTime?: string;
  maxEjectionPercent?: number;
  /** Below this share of healthy endpoints all are used; 0: never. */
  minHealthPercent?: number;
}
