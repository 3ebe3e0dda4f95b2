import { WheelTimer } from '../../base/timer-wheel.js';
import type { ProxyContext } from '../context.js';
import type { Counter } from '../stats/metrics.js';
import type { Span, SpanSink } from './span.js';

/** Envoy's `min_flush_spans` and `flush_interval_ms`. */
export const FLUSH_SPANS = 5;
export const FLUSH_INTERVAL_MS = 5_000;
/** Batches that wait for their answer; a collector that is slower loses spans. */
export const BATCHES_UNDER_WAY_MAX = 100;

/** What became of a batch. */
export type ReportResult = 'sent' | 'no_cluster' | 'dropped';

/** Sends a batch and says what became of it. */
export type SendSpans = (spans: readonly Span[], done: (result: ReportResult) => void) => void;

/** Gathers finished spans and sends them in batches. */
export class SpanReporter implements SpanSink {
  private spans: Span[] = [];
  private underWay = 0;
  private readonly timer = new WheelTimer(() => this.onTimer());
  private readonly counters: Readonly<
    Record<'spans_sent' | 'timer_flushed' | 'reports_sent' | 'reports_dropped' | 'reports_skipped_no_cluster', Counter>
  >;

  /** @param prefix of the statistics: `tracing.zipkin.` */
  constructor(
    private readonly context: ProxyContext,
    prefix: string,
    private readonly send: SendSpans,
  ) {
    const counter = (name: string): Counter => context.stats.counter(prefix + name);
    this.counters = {
      spans_sent: counter('spans_sent'),
      timer_flushed: counter('timer_flushed'),
      reports_sent: counter('reports_sent'),
      reports_dropped: counter('reports_dropped'),
      reports_skipped_no_cluster: counter('reports_skipped_no_cluster'),
    };
  }

  report(span: Span): void {
    this.spans.push(span);
    if (this.spans.length >= FLUSH_SPANS) this.flush();
    else if (!this.timer.armed) this.context.wheel.arm(this.timer, FLUSH_INTERVAL_MS);
  }

  close(): void {
    this.context.wheel.cancel(this.timer);
    this.flush();
  }

  private onTimer(): void {
    this.counters.timer_flushed.value++;
    this.flush();
  }

  private flush(): void {
    const { spans, counters } = this;
    if (spans.length === 0) return;
    this.spans = [];
    if (this.underWay >= BATCHES_UNDER_WAY_MAX) {
      counters.reports_dropped.value++;
      return;
    }
    counters.spans_sent.value += spans.length;
    this.underWay++;
    this.send(spans, (result) => {
      this.underWay--;
      if (result === 'sent') counters.reports_sent.value++;
      else if (result === 'no_cluster') counters.reports_skipped_no_cluster.value++;
      else counters.reports_dropped.value++;
    });
  }
}
