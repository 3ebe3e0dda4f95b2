import { WheelTimer } from '../../base/timer-wheel.js';
import type { ProxyContext } from '../context.js';

/** Envoy's `stats_flush_interval`: how long an interval of histograms is. */
export const FLUSH_INTERVAL_MS = 5_000;

/** What the figures of the server depend on. */
export interface ServerFacts {
  readonly isReady: boolean;
  readonly openConnections: number;
  readonly clusters: { readonly clusters: readonly unknown[]; readonly warmingCount: number };
}

/** Envoy's numbers of states. */
const STATE = { live: 0, initializing: 3 } as const;

/** `server.*` and the intervals of histograms. */
export class ServerStats {
  private readonly timer = new WheelTimer(() => this.flush());
  private initialized = false;

  constructor(
    private readonly context: ProxyContext,
    private readonly facts: ServerFacts,
    private readonly interval_ms = FLUSH_INTERVAL_MS,
  ) {
    const { stats } = context;
    stats.gauge('server.concurrency').set(1);
    stats.gauge('server.hot_restart_epoch');
    stats.gauge('server.parent_connections');
    stats.histogram('server.initialization_time_ms');
    for (const name of ['envoy_bug_failures', 'dynamic_unknown_fields', 'static_unknown_fields', 'wip_protos']) {
      stats.counter(`server.${name}`);
    }
    for (const change of ['added', 'modified', 'removed', 'updated'])
      stats.counter(`cluster_manager.cluster_${change}`);
    stats.onRead(() => this.collect());
  }

  /** A cluster came, changed or went. */
  onCluster(change: 'added' | 'modified' | 'same' | 'removed'): void {
    if (change !== 'same') this.context.stats.counter(`cluster_manager.cluster_${change}`).value++;
  }

  start(): void {
    this.context.wheel.arm(this.timer, this.interval_ms);
  }

  stop(): void {
    this.context.wheel.cancel(this.timer);
  }

  /** The first configuration is served. */
  onReady(): void {
    if (this.initialized) return;
    this.initialized = true;
    this.context.stats.histogram('server.initialization_time_ms').record(this.age_ms());
  }

  private age_ms(): number {
    return this.context.clock.monotonic_ms() - this.context.lifecycle.start_ms;
  }

  private flush(): void {
    this.context.stats.flush();
    this.start();
  }

  private collect(): void {
    const { stats, lifecycle } = this.context;
    const { isReady, openConnections, clusters } = this.facts;
    const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
    const draining = lifecycle.healthFailed;
    stats.gauge('server.live').set(isReady && !draining ? 1 : 0);
    stats.gauge('server.state').set(isReady ? STATE.live : STATE.initializing);
    stats.gauge('server.uptime').set(Math.floor(this.age_ms() / 1000));
    stats.gauge('server.total_connections').set(openConnections);
    stats.gauge('server.memory_allocated').set(heapUsed + external);
    stats.gauge('server.memory_heap_size').set(heapTotal + external);
    stats.gauge('server.memory_physical_size').set(rss);
    stats.gauge('cluster_manager.active_clusters').set(clusters.clusters.length);
    stats.gauge('cluster_manager.warming_clusters').set(clusters.warmingCount);
  }
}
