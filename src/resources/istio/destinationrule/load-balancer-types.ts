export type SimpleLoadBalancer =
  | 'UNSPECIFIED'
  | 'ROUND_ROBIN'
  | 'LEAST_REQUEST'
  | 'LEAST_CONN'
  | 'RANDOM'
  | 'PASSTHROUGH';

/** One of simple and consistentHash. */
export interface LoadBalancer {
  simple?: SimpleLoadBalancer;
  consistentHash?: ConsistentHash;
  localityLbSetting?: LocalityLbSetting;
  warmup?: Warmup;
  /** Older spelling of warmup.duration. */
  warmupDurationSecs?: string;
}

/** One key of the first four; one table of the last three. */
export interface ConsistentHash {
  httpHeaderName?: string;
  httpCookie?: HttpCookie;
  useSourceIp?: boolean;
  httpQueryParameterName?: string;
  ringHash?: { minimumRingSize?: number };
  maglev?: { tableSize?: number };
  /** Older spelling of ringHash.minimumRingSize. */
  minimumRingSize?: number;
}

export interface HttpCookie {
  name: string;
  path?: string;
  ttl?: string;
  attributes?: { name: string; value?: string }[];
}

/** Localities are written `region/zone/subzone`, with `*` for any; regions alone in failover. */
export interface LocalityLbSetting {
  distribute?: { from?: string; to?: Record<string, number> }[];
  failover?: { from?: string; to?: string }[];
  /** Labels, in the order of their weight, of which an endpoint should have the caller's value; or `label=value`. */
  failoverPriority?: string[];
  enabled?: boolean;
}

export interface Warmup {
  duration?: string;
  minimumPercent?: number;
  aggression?: number;
}
