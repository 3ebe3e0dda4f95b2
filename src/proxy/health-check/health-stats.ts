import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Counter, Gauge } from '../stats/metrics.js';

/** `cluster.NAME.health_check.*` */
export class HealthStats {
  readonly attempt: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  readonly passiveFailure: Counter;
  readonly networkFailure: Counter;
  readonly verifyCluster: Counter;
  readonly healthy: Gauge;
  readonly degraded: Gauge;

  constructor(stats: ClusterStats) {
    this.attempt = stats.counter('health_check.attempt');
    this.success = stats.counter('health_check.success');
    this.failure = stats.counter('health_check.failure');
    this.passiveFailure = stats.counter('health_check.passive_failure');
    this.networkFailure = stats.counter('health_check.network_failure');
    this.verifyCluster = stats.counter('health_check.verify_cluster');
    this.healthy = stats.gauge('health_check.healthy');
    this.degraded = stats.gauge('health_check.degraded');
  }
}
