import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
} from '../../xds/types/gen/envoy/config/cluster/v3/circuit_breaker_pb.js';
import { RoutingPriority } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ConfigError } from '../errors.js';
import type { Gauge } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';
import type { Host } from './host.js';

/** Envoy's defaults of a cluster's circuit breakers. */
const CONNECTIONS_MAX = 1024;
const PENDING_REQUESTS_MAX = 1024;
const REQUESTS_MAX = 1024;
const RETRIES_MAX = 3;
const RETRY_BUDGET_PERCENT = 20;
const RETRY_BUDGET_CONCURRENCY_MIN = 3;

/** One circuit breaker: a number in use and the most that may be. */
export class Resource {
  current = 0;

  /**
   * @param open the gauge that is 1 while the breaker is open
   * @param remaining the gauge of how many more may be, where it is asked for
   */
  constructor(
    readonly max: () => number,
    private readonly open: Gauge,
    private readonly remaining: Gauge | undefined,
  ) {
    this.tell();
  }

  get available(): boolean {
    return this.current < this.max();
  }

  inc(): void {
    this.current++;
    this.tell();
  }

  dec(): void {
    this.current--;
    this.tell();
  }

  private tell(): void {
    const left = this.max() - this.current;
    this.open.value = left > 0 ? 0 : 1;
    if (this.remaining !== undefined) this.remaining.value = Math.max(0, left);
  }
}

/** The circuit breakers of one cluster for one priority. */
export class ClusterResources {
  readonly connections: Resource;
  readonly pending: Resource;
  readonly requests: Resource;
  readonly retries: Resource;
  readonly pools: Resource;

  constructor(
    thresholds: CircuitBreakers_Thresholds | undefined,
    /** Connections that one host may have. */
    private readonly connectionsOfHostMax: number,
    stats: StatsStore,
    prefix: string,
  ) {
    const remaining = (name: string): Gauge | undefined =>
      thresholds?.trackRemaining ? stats.gauge(`${prefix}.remaining_${name}`) : undefined;
    const limited = (max: () => number, open: string, left: string): Resource =>
      new Resource(max, stats.gauge(`${prefix}.${open}`), remaining(left));
    const fixed = (max: number, open: string, left: string): Resource => limited(() => max, open, left);
    this.connections = fixed(thresholds?.maxConnections ?? CONNECTIONS_MAX, 'cx_open', 'cx');
    this.pending = fixed(thresholds?.maxPendingRequests ?? PENDING_REQUESTS_MAX, 'rq_pending_open', 'pending');
    this.requests = fixed(thresholds?.maxRequests ?? REQUESTS_MAX, 'rq_open', 'rq');
    this.pools = fixed(thresholds?.maxConnectionPools ?? Number.POSITIVE_INFINITY, 'cx_pool_open', 'cx_pools');
    const budget = thresholds?.retryBudget;
    if (budget === undefined) {
      this.retries = fixed(thresholds?.maxRetries ?? RETRIES_MAX, 'rq_retry_open', 'retries');
      return;
    }
    const percent = budget.budgetPercent?.value ?? RETRY_BUDGET_PERCENT;
    const floor = budget.minRetryConcurrency ?? RETRY_BUDGET_CONCURRENCY_MIN;
    const max = (): number =>
      Math.max(floor, Math.floor(((this.requests.current + this.pending.current) * percent) / 100));
    this.retries = limited(max, 'rq_retry_open', 'retries');
  }

  /** Whether another connection to the host may be opened. */
  mayConnect(host: Host): boolean {
    return this.connections.available && host.activeConnections < this.connectionsOfHostMax;
  }
}

/** @returns breakers of the default and of the high priority @throws ConfigError */
export function compileResources(
  breakers: CircuitBreakers | undefined,
  stats: StatsStore,
  cluster: string,
): readonly ClusterResources[] {
  breakers?.perHostThresholds.forEach(checkPerHost);
  return [RoutingPriority.DEFAULT, RoutingPriority.HIGH].map((priority) => {
    const isOf = (candidate: CircuitBreakers_Thresholds): boolean => candidate.priority === priority;
    const ofHost = breakers?.perHostThresholds.find(isOf)?.maxConnections ?? Number.POSITIVE_INFINITY;
    const name = priority === RoutingPriority.HIGH ? 'high' : 'default';
    const prefix = `cluster.${cluster}.circuit_breakers.${name}`;
    return new ClusterResources(breakers?.thresholds.find(isOf), ofHost, stats, prefix);
  });
}

function checkPerHost(thresholds: CircuitBreakers_Thresholds, i: number): void {
  const { maxPendingRequests, maxRequests, maxRetries, maxConnectionPools, retryBudget, trackRemaining } = thresholds;
  const others = [maxPendingRequests, maxRequests, maxRetries, maxConnectionPools, retryBudget];
  if (trackRemaining || others.some((each) => each !== undefined)) {
    throw new ConfigError(`circuit_breakers.per_host_thresholds[${i}]`, 'only max_connections is supported');
  }
}
