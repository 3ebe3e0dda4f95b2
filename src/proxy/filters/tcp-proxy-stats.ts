import type { Counter } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

/** `tcp.<prefix>.*` */
export class TcpProxyStats {
  readonly total: Counter;
  readonly noRoute: Counter;
  readonly rxBytes: Counter;
  readonly txBytes: Counter;
  readonly idleTimeout: Counter;
  readonly maxDuration: Counter;
  readonly paused: Counter;
  readonly resumed: Counter;
  readonly flushTotal: Counter;
  readonly flushActive;

  constructor(store: StatsStore, statPrefix: string) {
    const counter = (name: string): Counter => store.counter(`tcp.${statPrefix}.${name}`);
    this.total = counter('downstream_cx_total');
    this.noRoute = counter('downstream_cx_no_route');
    this.rxBytes = counter('downstream_cx_rx_bytes_total');
    this.txBytes = counter('downstream_cx_tx_bytes_total');
    this.idleTimeout = counter('idle_timeout');
    this.maxDuration = counter('max_downstream_connection_duration');
    this.paused = counter('downstream_flow_control_paused_reading_total');
    this.resumed = counter('downstream_flow_control_resumed_reading_total');
    this.flushTotal = counter('upstream_flush_total');
    this.flushActive = store.gauge(`tcp.${statPrefix}.upstream_flush_active`);
  }
}
