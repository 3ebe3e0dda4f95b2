import type { Random } from '../../base/random.js';

/** The wait before the first new attempt; the control plane is on the same machine, so less than the 500 ms of Envoy. */
export const BACKOFF_BASE_MS = 100;
export const BACKOFF_MAX_MS = 5_000;

/** Exponential with full jitter, so that the proxies of a node do not all come back in the same millisecond. */
export class Backoff {
  private attempt = 0;

  constructor(private readonly random: Random) {}

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling_ms = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(this.attempt++, 16));
    return Math.ceil(this.random.next() * ceiling_ms);
  }

  reset(): void {
    this.attempt = 0;
  }
}
