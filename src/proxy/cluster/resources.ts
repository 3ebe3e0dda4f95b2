import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
} from '../../xds/types/gen/envoy/config/cluster/v3/circuit_breaker_pb.js';
import { RoutingPriority } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { Gauge } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

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

  /** @param open the gauge that is 1 while the breaker is open */
  constructor(
    readonly max: () => number,
    private readonly open: Gauge,
  ) {}

  get available(): boolean {
    return this.current < this.max();
  }

  inc(): void {
    this.current++;
    if (this.current >= this.max()) this.open.value = 1;
  }

  dec(): void {
    this.current--;
    if (this.current < this.max()) this.open.value = 0;
  }
}

/** The circuit breakers of one cluster for one priority. */
export class ClusterResources {
  readonly connections: Resource;
  readonly pending: Resource;
  readonly requests: Resource;
  readonly retries: Resource;

  constructor(thresholds: CircuitBreakers_Thresholds | undefined, stats: StatsStore, prefix: string) {
    const fixed = (max: number, gauge: string): Resource => new Resource(() => max, stats.gauge(`${prefix}.${gauge}`));
    this.connections = fixed(thresholds?.maxConnections ?? CONNECTIONS_MAX, 'cx_open');
    this.pending = fixed(thresholds?.maxPendingRequests ?? PENDING_REQUESTS_MAX, 'rq_pending_open');
    this.requests = fixed(thresholds?.maxRequests ?? REQUESTS_MAX, 'rq_open');
    const budget = thresholds?.retryBudget;
    if (budget === undefined) {
      this.retries = fixed(thresholds?.maxRetries ?? RETRIES_MAX, 'rq_retry_open');
      return;
    }
    const percent = budget.budgetPercent?.value ?? RETRY_BUDGET_PERCENT;
    const floor = budget.minRetryConcurrency ?? RETRY_BUDGET_CONCURRENCY_MIN;
    const max = (): number =>
      Math.max(floor, Math.floor(((this.requests.current + this.pending.current) * percent) / 100));
    this.retries = new Resource(max, stats.gauge(`${prefix}.rq_retry_open`));
  }
}

/** @returns breakers of the default and of the high priority */
export function compileResources(
  breakers: CircuitBreakers | undefined,
  stats: StatsStore,
  cluster: string,
): readonly ClusterResources[] {
  return [RoutingPriority.DEFAULT, RoutingPriority.HIGH].map((priority) => {
    const thresholds = breakers?.thresholds.find((candidate) => candidate.priority === priority);
    const name = priority === RoutingPriority.HIGH ? 'high' : 'default';
    return new ClusterResources(thresholds, stats, `cluster.${cluster}.circuit_breakers.${name}`);
  });
}
