import { WheelTimer } from '../../base/timer-wheel.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { Host } from '../cluster/host.js';
import type { PoolClient, PoolFailure } from '../pool/connection-pool.js';
import type { Exchange, ResetReason, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import type { Span } from '../tracing/span.js';
import type { RoutedRequest } from './routed-request.js';

/** One try of a request at one host. */
export class Attempt implements PoolClient, Exchange {
  upstream: UpstreamStream | undefined;
  /** The head of an answer came and was taken. */
  answered = false;
  started_ms = 0;
  /** Of its answer; 0 before. */
  status = 0;
  /** Where each attempt has its own. */
  span: Span | undefined;
  private over = false;
  private timer: WheelTimer | undefined;

  constructor(
    private readonly request: RoutedRequest,
    readonly host: Host,
  ) {}

  start(): void {
    this.request.pool(this.host).request(this);
  }

  /** Arms the per-try timeout; the request is complete. */
  armTimeout(limit_ms: number): void {
    if (limit_ms <= 0 || this.over || this.answered) return;
    this.timer = new WheelTimer(() => this.request.onPerTryTimeout(this));
    this.request.wheel.arm(this.timer, limit_ms);
  }

  /** Ends the attempt without an answer, or with one that is not wanted; nothing more is told. */
  cancel(): void {
    if (this.over) return;
    this.end(this.status === 0);
    if (this.upstream !== undefined) this.upstream.abort();
    else this.request.pool(this.host).cancel(this);
  }

  onPoolReady(upstream: UpstreamStream): void {
    this.upstream = upstream;
    this.started_ms = this.request.now_ms();
    this.request.onConnected(this, upstream);
  }

  onPoolFailure(failure: PoolFailure, detail: string): void {
    if (this.over) return;
    this.end();
    this.request.onPoolFailure(this, failure, detail);
  }

  onInformational(response: ResponseHead): void {
    if (!this.over) this.request.onInformational(response);
  }

  onHead(response: ResponseHead, end: boolean): void {
    if (this.over) return;
    this.cancelTimer();
    this.request.onHead(this, response, end);
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    if (!this.over) this.request.onResponseBody(buf, start, end);
  }

  onEnd(trailers: HeaderMap | undefined): void {
    if (this.over) return;
    this.end();
    this.request.onResponseEnd(trailers);
  }

  onReset(reason: ResetReason): void {
    if (this.over) return;
    this.end();
    this.request.onReset(this, reason);
  }

  onReadEnd(): void {
    this.request.flushDownstream();
  }

  onDrain(): void {
    if (!this.over) this.request.onUpstreamDrain();
  }

  private end(canceled = false): void {
    this.over = true;
    this.cancelTimer();
    if (this.span !== undefined) this.request.onSpanEnd(this.span, this, canceled);
  }

  private cancelTimer(): void {
    if (this.timer !== undefined) this.request.wheel.cancel(this.timer);
  }
}
