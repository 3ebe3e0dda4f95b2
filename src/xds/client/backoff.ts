import type { Random } from '../../base/random.js';

export interface BackoffLimits {
  readonly base_ms: number;
  readonly max_ms: number;
}

/** To a control plane on the same machine, so less than Envoy's 500 ms and 30 s. */
export const LOCAL_BACKOFF: BackoffLimits = { base_ms: 100, max_ms: 5_000 };

/** Exponential with full jitter, so that the proxies of a node do not all come back in the same millisecond. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly random: Random,
    private readonly limits: BackoffLimits = LOCAL_BACKOFF,
  ) {}

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const { base_ms, max_ms } = this.limits;
    const ceiling_ms = Math.min(max_ms, base_ms * 2 ** Math.min(this.attempt++, 16));
    return Math.ceil(this.random.next() * ceiling_ms);
  }

  reset(): void {
    this.attempt = 0;
  }
}
