import { formatAddress } from '../network.js';
import type { ConnectionPool } from '../pool/connection-pool.js';

/** Where endpoints are, as EDS groups them. */
export interface HostLocality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export const NO_LOCALITY: HostLocality = { region: '', zone: '', subZone: '' };

/** What outlier detection knows about one host. */
export interface OutlierRecord {
  consecutive5xx: number;
  consecutiveGatewayFailure: number;
  consecutiveLocalOriginFailure: number;
  /** How many base ejection times the next ejection lasts, less one. */
  backoff: number;
  /** When it was ejected, or undefined while it is not; monotonic. */
  ejectedAt_ms: number | undefined;
  lastEjection_ms: number | undefined;
  lastUnejection_ms: number | undefined;
  ejections: number;
}

/** One endpoint of a cluster. It stays the same object while its address stays, so that its pools and records do. */
export class Host {
  readonly id: string;
  weight = 1;
  priority = 0;
  locality: HostLocality = NO_LOCALITY;
  hostname = '';
  /** What EDS says. */
  edsHealthy = true;
  edsDegraded = false;
  canary = false;
  /** No longer part of the cluster. */
  removed = false;
  readonly outlier: OutlierRecord = {
    consecutive5xx: 0,
    consecutiveGatewayFailure: 0,
    consecutiveLocalOriginFailure: 0,
    backoff: 0,
    ejectedAt_ms: undefined,
    lastEjection_ms: undefined,
    lastUnejection_ms: undefined,
    ejections: 0,
  };
  activeConnections = 0;
  activeRequests = 0;
  totalConnections = 0;
  connectFailures = 0;
  totalRequests = 0;
  requestErrors = 0;
  requestSuccesses = 0;
  requestTimeouts = 0;
  /** By priority of the route. */
  readonly pools: (ConnectionPool | undefined)[] = [];
  /** Last use on the monotonic clock; of hosts that exist only while they are used. */
  lastUse_ms = 0;

  constructor(
    readonly address: string,
    readonly port: number,
  ) {
    this.id = formatAddress(address, port);
  }

  get healthy(): boolean {
    return this.edsHealthy && this.outlier.ejectedAt_ms === undefined;
  }
}
