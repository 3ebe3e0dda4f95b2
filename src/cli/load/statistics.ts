import type { Transaction } from './run.js';
import { Times } from './times.js';

/** More kinds of failure are counted together. */
const FAILURES_MAX = 20;
const OTHER = 'other failures';

/** What siege counts, of all transactions of a load. */
export class Statistics {
  /** Of all that had an answer, whatever its status. */
  readonly times = new Times();
  successful = 0;
  failed = 0;
  bytes = 0;
  /** Status codes and reasons, with how often. */
  readonly failures = new Map<string, number>();

  record({ status, bytes, error, took_ms }: Transaction): void {
    this.bytes += bytes;
    if (status !== undefined) this.times.record(took_ms);
    if (status !== undefined && status < 400) {
      this.successful++;
      return;
    }
    this.failed++;
    const reason = error ?? String(status);
    const name = this.failures.has(reason) || this.failures.size < FAILURES_MAX ? reason : OTHER;
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
  }

  /** Percent of all that were successful. */
  get availability(): number {
    const all = this.successful + this.failed;
    return all === 0 ? 0 : (100 * this.successful) / all;
  }
}
