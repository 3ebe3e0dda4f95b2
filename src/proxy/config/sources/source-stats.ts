import type { Counter } from '../../stats/metrics.js';
import type { StatsStore } from '../../stats/store.js';

/** Envoy's counters of one subscription, under for example `cluster_manager.cds.`. */
export class SourceStats {
  readonly attempt: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  readonly rejected: Counter;
  readonly fetchTimeout: Counter;
  readonly empty: Counter;

  constructor(stats: StatsStore, prefix: string) {
    this.attempt = stats.counter(`${prefix}update_attempt`);
    this.success = stats.counter(`${prefix}update_success`);
    this.failure = stats.counter(`${prefix}update_failure`);
    this.rejected = stats.counter(`${prefix}update_rejected`);
    this.empty = stats.counter(`${prefix}update_empty`);
    this.fetchTimeout = stats.counter(`${prefix}init_fetch_timeout`);
  }
}
