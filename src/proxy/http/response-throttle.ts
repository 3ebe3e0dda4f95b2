import { type TimerWheel, WheelTimer } from '../../base/timer-wheel.js';
import type { HeaderMap } from '../../wire/http1/index.js';

/** Envoy lets bytes go in slices of this time. */
const SLICE_MS = 50;
/** A second's worth of slices may be saved up. */
const SLICES_MAX = 1000 / SLICE_MS;
/** Bytes that wait; with more of them the upstream is not read. */
const WAITING_BYTES_MAX = 64 * 1024;

/** Where the bytes go in the end. */
export interface ThrottledSink {
  write(chunk: Buffer): void;
  end(trailers: HeaderMap | undefined): void;
  /** There is room again. */
  drained(): void;
}

/** Lets the body of an answer pass at a given rate. */
export class ResponseThrottle {
  private readonly waiting: Buffer[] = [];
  private bytes = 0;
  private slices = 1;
  private filledAt_ms: number;
  private ended = false;
  private trailers: HeaderMap | undefined;
  private readonly sliceBytes: number;
  private readonly timer = new WheelTimer(() => this.release());

  /** @param rate_kbps KiB per second */
  constructor(
    private readonly wheel: TimerWheel,
    private readonly now_ms: () => number,
    rate_kbps: number,
    private readonly sink: ThrottledSink,
  ) {
    this.sliceBytes = Math.max(1, Math.floor((rate_kbps * 1024) / SLICES_MAX));
    this.filledAt_ms = now_ms();
  }

  get full(): boolean {
    return this.bytes > WAITING_BYTES_MAX;
  }

  push(buf: Uint8Array, start: number, end: number): void {
    this.waiting.push(Buffer.from(buf.subarray(start, end)));
    this.bytes += end - start;
    if (!this.timer.armed) this.release();
  }

  end(trailers: HeaderMap | undefined): void {
    this.ended = true;
    this.trailers = trailers;
    if (!this.timer.armed) this.release();
  }

  stop(): void {
    this.wheel.cancel(this.timer);
    this.waiting.length = 0;
  }

  private release(): void {
    this.fill();
    const wasFull = this.full;
    const wanted = Math.min(this.slices, Math.ceil(this.bytes / this.sliceBytes));
    this.slices -= wanted;
    this.write(wanted * this.sliceBytes);
    if (this.bytes > 0) this.wheel.arm(this.timer, SLICE_MS);
    else if (this.ended) this.sink.end(this.trailers);
    if (wasFull && !this.full) this.sink.drained();
  }

  private fill(): void {
    const fills = Math.floor((this.now_ms() - this.filledAt_ms) / SLICE_MS);
    this.filledAt_ms += fills * SLICE_MS;
    this.slices = Math.min(SLICES_MAX, this.slices + fills);
  }

  private write(budget: number): void {
    let left = budget;
    while (left > 0 && this.waiting.length > 0) {
      const chunk = this.waiting[0]!;
      const part = chunk.subarray(0, left);
      if (part.length === chunk.length) this.waiting.shift();
      else this.waiting[0] = chunk.subarray(left);
      left -= part.length;
      this.bytes -= part.length;
      this.sink.write(part);
    }
  }
}
