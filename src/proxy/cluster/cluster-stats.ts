import { CodeStats } from '../stats/code-stats.js';
import type { Counter, Gauge, Histogram } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = [
  'assignment_stale',
  'assignment_timeout_received',
  'assignment_use_cached',
  'bind_errors',
  'lb_healthy_panic',
  'lb_local_cluster_not_ok',
  'lb_recalculate_zone_structures',
  'lb_subsets_created',
  'lb_subsets_fallback',
  'lb_subsets_fallback_panic',
  'lb_subsets_removed',
  'lb_subsets_selected',
  'lb_zone_cluster_too_small',
  'lb_zone_no_capacity_left',
  'lb_zone_routing_all_directly',
  'lb_zone_routing_cross_zone',
  'lb_zone_routing_sampled',
  'max_host_weight',
  'membership_change',
  'original_dst_host_invalid',
  'retry_or_shadow_abandoned',
  'update_attempt',
  'update_empty',
  'update_failure',
  'update_no_rebuild',
  'update_success',
  'upstream_cx_close_notify',
  'upstream_cx_connect_attempts_exceeded',
  'upstream_cx_connect_fail',
  'upstream_cx_connect_timeout',
  'upstream_cx_destroy',
  'upstream_cx_destroy_local',
  'upstream_cx_destroy_local_with_active_rq',
  'upstream_cx_destroy_remote',
  'upstream_cx_destroy_remote_with_active_rq',
  'upstream_cx_destroy_with_active_rq',
  'upstream_cx_http1_total',
  'upstream_cx_http2_total',
  'upstream_cx_idle_timeout',
  'upstream_cx_max_duration_reached',
  'upstream_cx_max_requests',
  'upstream_cx_none_healthy',
  'upstream_cx_overflow',
  'upstream_cx_pool_overflow',
  'upstream_cx_protocol_error',
  'upstream_cx_rx_bytes_total',
  'upstream_cx_total',
  'upstream_cx_tx_bytes_total',
  'upstream_flow_control_backed_up_total',
  'upstream_flow_control_drained_total',
  'upstream_flow_control_paused_reading_total',
  'upstream_flow_control_resumed_reading_total',
  'upstream_rq_active_overflow',
  'upstream_rq_cancelled',
  'upstream_rq_completed',
  'upstream_rq_maintenance_mode',
  'upstream_rq_max_duration_reached',
  'upstream_rq_pending_failure_eject',
  'upstream_rq_pending_overflow',
  'upstream_rq_pending_total',
  'upstream_rq_per_try_timeout',
  'upstream_rq_per_try_idle_timeout',
  'upstream_rq_retry',
  'upstream_rq_retry_backoff_exponential',
  'upstream_rq_retry_backoff_ratelimited',
  'upstream_rq_retry_limit_exceeded',
  'upstream_rq_retry_overflow',
  'upstream_rq_retry_success',
  'upstream_rq_rx_reset',
  'upstream_rq_timeout',
  'upstream_rq_total',
  'upstream_rq_tx_reset',
] as const;

const GAUGES = [
  'lb_subsets_active',
  'membership_degraded',
  'membership_excluded',
  'membership_healthy',
  'membership_total',
  'upstream_cx_active',
  'upstream_rq_active',
  'upstream_rq_pending_active',
] as const;

type CounterName = (typeof COUNTERS)[number];
type GaugeName = (typeof GAUGES)[number];

/** The statistics of one cluster, looked up once. */
export class ClusterStats {
  readonly counters: Readonly<Record<CounterName, Counter>>;
  readonly gauges: Readonly<Record<GaugeName, Gauge>>;
  readonly requestTime: Histogram;
  readonly connectTime: Histogram;
  readonly connectionLength: Histogram;
  /** Requests of each HTTP connection, when it ends. */
  readonly requestsPerConnection: Histogram;
  readonly codes: CodeStats;
  readonly internalCodes: CodeStats;
  readonly externalCodes: CodeStats;
  /** Of attempts that were tried again. */
  readonly retryCodes: CodeStats;

  private internalTime: Histogram | undefined;
  private externalTime: Histogram | undefined;
  /** `cluster.NAME` */
  readonly prefix: string;

  constructor(
    private readonly store: StatsStore,
    cluster: string,
  ) {
    const prefix = `cluster.${cluster}`;
    this.prefix = prefix;
    const counters: Partial<Record<CounterName, Counter>> = {};
    for (const name of COUNTERS) counters[name] = store.counter(`${prefix}.${name}`);
    this.counters = counters as Record<CounterName, Counter>;
    const gauges: Partial<Record<GaugeName, Gauge>> = {};
    for (const name of GAUGES) gauges[name] = store.gauge(`${prefix}.${name}`);
    this.gauges = gauges as Record<GaugeName, Gauge>;
    this.requestTime = store.histogram(`${prefix}.upstream_rq_time`);
    this.connectTime = store.histogram(`${prefix}.upstream_cx_connect_ms`);
    this.connectionLength = store.histogram(`${prefix}.upstream_cx_length_ms`);
    this.requestsPerConnection = store.histogram(`${prefix}.upstream_rq_per_cx`);
    this.codes = new CodeStats(store, `${prefix}.upstream_rq`, { byCode: true });
    this.internalCodes = new CodeStats(store, `${prefix}.internal.upstream_rq`, { byCode: true, completed: true });
    this.externalCodes = new CodeStats(store, `${prefix}.external.upstream_rq`, { byCode: true, completed: true });
    this.retryCodes = new CodeStats(store, `${prefix}.retry.upstream_rq`, { byCode: true, completed: true });
  }

  /** An answer's head came. @param internal the request was of the mesh's own */
  answered(took_ms: number, internal: boolean): void {
    this.requestTime.record(took_ms);
    if (internal) this.internalTime ??= this.store.histogram(`${this.prefix}.internal.upstream_rq_time`);
    else this.externalTime ??= this.store.histogram(`${this.prefix}.external.upstream_rq_time`);
    (internal ? this.internalTime : this.externalTime)!.record(took_ms);
  }

  /** One that only clusters of some kind have. @param name behind `cluster.NAME.` */
  gauge(name: string): Gauge {
    return this.store.gauge(`${this.prefix}.${name}`);
  }

  /** One that only clusters of some kind have. @param name behind `cluster.NAME.` */
  counter(name: string): Counter {
    return this.store.counter(`${this.prefix}.${name}`);
  }
}
