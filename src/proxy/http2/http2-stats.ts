import type { Counter, Gauge } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = [
  'dropped_headers_with_underscores',
  'goaway_sent',
  'header_overflow',
  'inbound_empty_frames_flood',
  'inbound_priority_frames_flood',
  'inbound_window_update_frames_flood',
  'keepalive_timeout',
  'outbound_control_flood',
  'outbound_flood',
  'requests_rejected_with_underscores_in_headers',
  'rx_messaging_error',
  'rx_reset',
  'stream_refused_errors',
  'trailers',
  'tx_flush_timeout',
  'tx_reset',
] as const;

export type Http2Counter = (typeof COUNTERS)[number];

/** The codec's statistics: `http2.…` of all listeners, or `cluster.NAME.http2.…`. */
export class Http2Stats {
  readonly counters: Readonly<Record<Http2Counter, Counter>>;
  readonly streamsActive: Gauge;

  /** @param prefix ends with a dot, or is empty */
  constructor(store: StatsStore, prefix: string) {
    const counters: Partial<Record<Http2Counter, Counter>> = {};
    for (const name of COUNTERS) counters[name] = store.counter(`${prefix}http2.${name}`);
    this.counters = counters as Record<Http2Counter, Counter>;
    this.streamsActive = store.gauge(`${prefix}http2.streams_active`);
  }
}
