import type { Random } from '../base/random.js';

/** Delays that double from `min_ms` to `max_ms`, each made up to a half shorter so that many do not retry together. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly min_ms: number,
    private readonly max_ms: number,
    private readonly random: Random,
  ) {}

  next(): number {
    const full_ms = Math.min(this.max_ms, this.min_ms * 2 ** this.attempts++);
    return Math.round(full_ms * (1 - this.random.next() / 2));
  }

  /** After a success. */
  reset(): void {
    this.attempts = 0;
  }
}
