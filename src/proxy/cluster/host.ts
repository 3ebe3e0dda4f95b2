import type { JsonObject } from '@bufbuild/protobuf';
import { formatAddress } from '../network.js';
import type { ConnectionPool } from '../pool/connection-pool.js';

/** Where endpoints are, as EDS groups them. */
export interface HostLocality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export const NO_LOCALITY: HostLocality = { region: '', zone: '', subZone: '' };

/** Results of one interval of outlier detection. */
export interface RateRecord {
  total: number;
  success: number;
  /** Percent that succeeded in the interval before; -1 when there was too little to say. */
  rate: number;
}

/** What outlier detection knows about one host. */
export interface OutlierRecord {
  /** Answers. */
  readonly external: RateRecord;
  /** Attempts to get one. */
  readonly localOrigin: RateRecord;
  consecutive5xx: number;
  consecutiveGatewayFailure: number;
  consecutiveLocalOriginFailure: number;
  /** How many base ejection times the next ejection lasts, less one. */
  backoff: number;
  /** When it was ejected, or undefined while it is not; monotonic. */
  ejectedAt_ms: number | undefined;
  /** How much longer than its time the ejection lasts. */
  jitter_ms: number;
  lastEjection_ms: number | undefined;
  lastUnejection_ms: number | undefined;
  ejections: number;
}

/** What active health checks know about one host. Without checks all of it stays as it is here. */
export interface HealthRecord {
  failed: boolean;
  degraded: boolean;
  /** The first check did not end yet, and until then the host is not counted. */
  pending: boolean;
  /** The check that failed got no answer in time. */
  timedOut: boolean;
  /** The host asked to be left alone at once (`x-envoy-immediate-health-check-fail`): it is not counted any more. */
  excluded: boolean;
}

/** Metadata under which the balancers' keys stand. */
const LB_METADATA = 'envoy.lb';
const NO_METADATA: Readonly<Record<string, JsonObject>> = {};
const NO_KEYS: JsonObject = {};

/** One endpoint of a cluster. It stays the same object while its address stays, so that its pools and records do. */
export class Host {
  readonly id: string;
  weight = 1;
  priority = 0;
  locality: HostLocality = NO_LOCALITY;
  /** Of its locality among those of its priority; 0 where none is configured. */
  localityWeight = 0;
  hostname = '';
  /** By filter. */
  metadata = NO_METADATA;
  /** What EDS says. */
  edsHealthy = true;
  edsDegraded = false;
  edsDraining = false;
  readonly check: HealthRecord = { failed: false, degraded: false, pending: false, timedOut: false, excluded: false };
  /** Where health checks go to, when it is not the address itself. */
  checkAddress: { readonly address: string; readonly port: number } | undefined;
  /** Name that health checks ask for. */
  checkHostname = '';
  /** Active health checks leave it alone. */
  unchecked = false;
  /** Configured no more, and kept because checks say that it is healthy. */
  pendingRemoval = false;
  /** Since when it was there and healthy, monotonic; for slow start. */
  healthySince_ms: number | undefined;
  canary = false;
  /** No longer part of the cluster. */
  removed = false;
  readonly outlier: OutlierRecord = {
    external: { total: 0, success: 0, rate: -1 },
    localOrigin: { total: 0, success: 0, rate: -1 },
    consecutive5xx: 0,
    consecutiveGatewayFailure: 0,
    consecutiveLocalOriginFailure: 0,
    backoff: 0,
    ejectedAt_ms: undefined,
    jitter_ms: 0,
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

  /** It may be used at all. */
  get available(): boolean {
    return this.edsHealthy && !this.check.failed && this.outlier.ejectedAt_ms === undefined;
  }

  get healthy(): boolean {
    return this.available && !this.edsDegraded && !this.check.degraded;
  }

  /** Used only as far as healthy hosts don't suffice. */
  get degraded(): boolean {
    return this.available && (this.edsDegraded || this.check.degraded);
  }

  /** Counts neither as healthy nor as unhealthy. */
  get excluded(): boolean {
    return this.check.excluded || this.check.pending || this.edsDraining;
  }

  /** What balancers see of the metadata. */
  get lbMetadata(): JsonObject {
    return this.metadata[LB_METADATA] ?? NO_KEYS;
  }
}
