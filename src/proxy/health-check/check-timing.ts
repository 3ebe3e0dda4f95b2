import type { Random } from '../../base/random.js';
import type { HealthCheck } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';

/** Envoy's default of the interval for clusters without traffic. */
const NO_TRAFFIC_INTERVAL_MS = 60_000;
const INTERVAL_MIN_MS = 1;

/** How a check ended, as far as the time to the next one depends on it. */
export interface CheckEnd {
  readonly healthy: boolean;
  /** More of the same are needed until the host's health changes. */
  readonly pending: boolean;
}

/** When checks follow each other. */
export class CheckTiming {
  readonly timeout_ms: number;
  private readonly healthy_ms: number;
  private readonly healthyEdge_ms: number;
  private readonly unhealthy_ms: number;
  private readonly unhealthyEdge_ms: number;
  private readonly noTraffic_ms: number;
  private readonly noTrafficHealthy_ms: number;
  private readonly initialJitter_ms: number;
  private readonly jitter_ms: number;
  private readonly jitterPercent: number;

  /** @throws ConfigError */
  constructor(
    config: HealthCheck,
    private readonly random: Random,
    path: string,
  ) {
    this.timeout_ms = required(config.timeout, `${path}.timeout`);
    this.healthy_ms = required(config.interval, `${path}.interval`);
    this.healthyEdge_ms = milliseconds(config.healthyEdgeInterval, this.healthy_ms);
    this.unhealthy_ms = milliseconds(config.unhealthyInterval, this.healthy_ms);
    this.unhealthyEdge_ms = milliseconds(config.unhealthyEdgeInterval, this.unhealthy_ms);
    this.noTraffic_ms = milliseconds(config.noTrafficInterval, NO_TRAFFIC_INTERVAL_MS);
    this.noTrafficHealthy_ms = milliseconds(config.noTrafficHealthyInterval, this.noTraffic_ms);
    this.initialJitter_ms = milliseconds(config.initialJitter, 0);
    this.jitter_ms = milliseconds(config.intervalJitter, 0);
    this.jitterPercent = config.intervalJitterPercent;
  }

  /** Milliseconds to the first check. */
  first(): number {
    return this.initialJitter_ms === 0 ? 0 : this.random.next() * this.initialJitter_ms;
  }

  /** Milliseconds to the next check. @param traffic whether the cluster ever made a connection for a request */
  next({ healthy, pending }: CheckEnd, traffic: boolean): number {
    let base_ms: number;
    if (!traffic) base_ms = healthy && !pending ? this.noTrafficHealthy_ms : this.noTraffic_ms;
    else if (healthy) base_ms = pending ? this.healthyEdge_ms : this.healthy_ms;
    else base_ms = pending ? this.unhealthyEdge_ms : this.unhealthy_ms;
    const spread_ms = (this.jitterPercent * base_ms) / 100 + this.jitter_ms;
    return Math.max(INTERVAL_MIN_MS, base_ms + (spread_ms === 0 ? 0 : this.random.next() * spread_ms));
  }
}

function required(duration: HealthCheck['timeout'], path: string): number {
  const value = milliseconds(duration, 0);
  if (value <= 0) throw new ConfigError(path, 'must be set and above 0');
  return value;
}
