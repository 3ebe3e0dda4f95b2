import type { Counter } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';
import type { TraceReason } from './request-id.js';

const NAMES = {
  none: 'not_traceable',
  sampling: 'random_sampling',
  client: 'client_enabled',
  forced: 'service_forced',
  health: 'health_check',
} as const;

/** `http.PREFIX.tracing.*`: why requests were traced, or were not. */
export class TracingStats {
  private readonly counters: Readonly<Record<TraceReason | 'health', Counter>>;

  constructor(stats: StatsStore, statPrefix: string) {
    const counter = (name: string): Counter => stats.counter(`http.${statPrefix}.tracing.${name}`);
    this.counters = {
      none: counter(NAMES.none),
      sampling: counter(NAMES.sampling),
      client: counter(NAMES.client),
      forced: counter(NAMES.forced),
      health: counter(NAMES.health),
    };
  }

  charge(reason: TraceReason | 'health'): void {
    this.counters[reason].value++;
  }
}
