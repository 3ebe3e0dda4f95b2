import type { LoadOrder, LoadResult } from './order.js';

/** Counts the requests of the measured time, and ends the program after it. */
export class Recorder {
  stopping = false;
  private measuring = false;
  private requests = 0;
  private failed = 0;
  private began_ms = 0;
  private readonly latencies_ms: number[] = [];

  constructor({ warmup_ms, run_ms }: LoadOrder) {
    setTimeout(() => {
      this.measuring = true;
      this.began_ms = performance.now();
      process.stdout.write('measuring\n');
    }, warmup_ms);
    setTimeout(() => this.finish(), warmup_ms + run_ms);
  }

  answered(took_ms: number, ok: boolean): void {
    if (!this.measuring || this.stopping) return;
    this.requests++;
    if (!ok) this.failed++;
    this.latencies_ms.push(took_ms);
  }

  lost(): void {
    if (!this.stopping) this.failed++;
  }

  private finish(): void {
    const took_ms = performance.now() - this.began_ms;
    this.stopping = true;
    const sorted = Float64Array.from(this.latencies_ms).sort();
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
    const { requests, failed } = this;
    const result: LoadResult = { requests, failed, took_ms, p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999) };
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
  }
}
