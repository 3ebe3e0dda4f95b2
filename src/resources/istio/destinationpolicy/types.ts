import type { KubeObject } from '../../object.js';
import type { IstioService } from '../istio-service.js';

export interface DestinationPolicy extends KubeObject {
  spec: DestinationPolicySpec;
}

/** Istio 0.7: how a caller treats the endpoints of a service, or of one version of it. */
export interface DestinationPolicySpec {
  /** With labels: holds for routes to exactly these labels. */
  destination: IstioService;
  /** Holds for this caller alone. */
  source?: IstioService;
  loadBalancing?: { name?: 'ROUND_ROBIN' | 'LEAST_CONN' | 'RANDOM' };
  circuitBreaker?: { simpleCb?: SimpleCircuitBreaker };
}

/** A number of 0 means: not set. */
export interface SimpleCircuitBreaker {
  maxConnections?: number;
  httpMaxPendingRequests?: number;
  httpMaxRequests?: number;
  sleepWindow?: string;
  httpConsecutiveErrors?: number;
  httpDetectionInterval?: string;
  httpMaxRequestsPerConnection?: number;
  httpMaxEjectionPercent?: number;
  httpMaxRetries?: number;
}
