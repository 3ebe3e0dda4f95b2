import type { Counter, Gauge } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = [
  'downstream_cx_destroy',
  'downstream_cx_overflow',
  'downstream_cx_overload_reject',
  'downstream_cx_total',
  'downstream_cx_transport_socket_connect_timeout',
  'downstream_global_cx_overflow',
  'downstream_listener_filter_error',
  'downstream_listener_filter_remote_close',
  'downstream_pre_cx_timeout',
  'no_filter_chain_match',
] as const;

/** `listener.<address>.*` */
export class ListenerStats {
  readonly counters: Readonly<Record<(typeof COUNTERS)[number], Counter>>;
  readonly active: Gauge;
  readonly preActive: Gauge;
  readonly length;
  private readonly workerTotal: Counter;
  private readonly workerActive: Gauge;

  constructor(store: StatsStore, prefix: string) {
    const counters: Partial<Record<(typeof COUNTERS)[number], Counter>> = {};
    for (const name of COUNTERS) counters[name] = store.counter(`${prefix}.${name}`);
    this.counters = counters as Record<(typeof COUNTERS)[number], Counter>;
    this.active = store.gauge(`${prefix}.downstream_cx_active`);
    this.preActive = store.gauge(`${prefix}.downstream_pre_cx_active`);
    this.length = store.histogram(`${prefix}.downstream_cx_length_ms`);
    this.workerTotal = store.counter(`${prefix}.worker_0.downstream_cx_total`);
    this.workerActive = store.gauge(`${prefix}.worker_0.downstream_cx_active`);
  }

  opened(): void {
    this.counters.downstream_cx_total.value++;
    this.workerTotal.value++;
    this.active.value++;
    this.workerActive.value++;
  }

  closed(length_ms: number): void {
    this.counters.downstream_cx_destroy.value++;
    this.active.value--;
    this.workerActive.value--;
    this.length.record(length_ms);
  }
}
