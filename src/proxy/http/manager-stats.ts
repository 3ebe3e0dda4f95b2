import { CodeStats } from '../stats/code-stats.js';
import type { Counter, Gauge, Histogram } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = [
  'downstream_cx_delayed_close_timeout',
  'downstream_cx_destroy',
  'downstream_cx_destroy_active_rq',
  'downstream_cx_destroy_local',
  'downstream_cx_destroy_local_active_rq',
  'downstream_cx_destroy_remote',
  'downstream_cx_destroy_remote_active_rq',
  'downstream_cx_drain_close',
  'downstream_cx_http1_total',
  'downstream_cx_http2_total',
  'downstream_cx_idle_timeout',
  'downstream_cx_max_duration_reached',
  'downstream_cx_max_requests_reached',
  'downstream_cx_protocol_error',
  'downstream_cx_rx_bytes_total',
  'downstream_cx_ssl_total',
  'downstream_cx_total',
  'downstream_cx_tx_bytes_total',
  'downstream_cx_upgrades_total',
  'downstream_flow_control_paused_reading_total',
  'downstream_flow_control_resumed_reading_total',
  'downstream_rq_completed',
  'downstream_rq_failed_path_normalization',
  'downstream_rq_header_timeout',
  'downstream_rq_http1_total',
  'downstream_rq_http2_total',
  'downstream_rq_idle_timeout',
  'downstream_rq_max_duration_reached',
  'downstream_rq_non_relative_path',
  'downstream_rq_redirected_with_normalized_path',
  'downstream_rq_response_before_rq_complete',
  'downstream_rq_rx_reset',
  'downstream_rq_timeout',
  'downstream_rq_too_large',
  'downstream_rq_total',
  'downstream_rq_tx_reset',
  'downstream_rq_ws_on_non_ws_route',
  'rq_reset_after_downstream_response_started',
  'rs_too_large',
] as const;

const GAUGES = [
  'downstream_cx_active',
  'downstream_cx_http1_active',
  'downstream_cx_http2_active',
  'downstream_cx_ssl_active',
  'downstream_cx_upgrades_active',
  'downstream_rq_active',
] as const;

export type ManagerCounter = (typeof COUNTERS)[number];

/** Those of the router, which are there from the start. */
const ROUTER_COUNTERS = ['no_cluster', 'no_route', 'rq_direct_response', 'rq_redirect'] as const;

/** The statistics of one `stat_prefix`. */
export class ManagerStats {
  readonly counters: Readonly<Record<ManagerCounter, Counter>>;
  readonly gauges: Readonly<Record<(typeof GAUGES)[number], Gauge>>;
  readonly requestTime: Histogram;
  readonly connectionLength: Histogram;
  readonly codes: CodeStats;
  /** Of the listener alone, where several share the prefix. */
  readonly listenerCodes: CodeStats;
  readonly listenerCompleted: Counter;

  constructor(
    private readonly store: StatsStore,
    readonly prefix: string,
    /** `listener.<address>` */
    listener: string,
  ) {
    const counters: Partial<Record<ManagerCounter, Counter>> = {};
    for (const name of COUNTERS) counters[name] = this.counter(name);
    this.counters = counters as Record<ManagerCounter, Counter>;
    const gauges: Partial<Record<(typeof GAUGES)[number], Gauge>> = {};
    for (const name of GAUGES) gauges[name] = store.gauge(`http.${prefix}.${name}`);
    this.gauges = gauges as Record<(typeof GAUGES)[number], Gauge>;
    this.requestTime = store.histogram(`http.${prefix}.downstream_rq_time`);
    this.connectionLength = store.histogram(`http.${prefix}.downstream_cx_length_ms`);
    for (const name of ROUTER_COUNTERS) store.counter(`http.${prefix}.${name}`);
    this.listenerCodes = new CodeStats(store, `${listener}.http.${prefix}.downstream_rq`, { allClasses: true });
    this.listenerCompleted = store.counter(`${listener}.http.${prefix}.downstream_rq_completed`);
    this.codes = new CodeStats(store, `http.${prefix}.downstream_rq`, { allClasses: true });
  }

  /** Of a filter, `http.PREFIX.NAME`. */
  counter(name: string): Counter {
    return this.store.counter(`http.${this.prefix}.${name}`);
  }
}
