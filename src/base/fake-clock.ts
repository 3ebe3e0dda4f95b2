import type { Clock, Timer } from './clock.js';

interface PendingTimer {
  due_ms: number;
  order: number;
  fn: () => void;
}

/** A clock for tests: time stands still until {@link advance}. */
export class FakeClock implements Clock {
  private time_ms = 0;
  private order = 0;
  private readonly pending = new Set<PendingTimer>();

  /** @param epoch_ms wall time at monotonic zero */
  constructor(private readonly epoch_ms = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.epoch_ms + this.time_ms;
  }

  monotonic_ms(): number {
    return this.time_ms;
  }

  setTimer(delay_ms: number, fn: () => void): Timer {
    const timer = { due_ms: this.time_ms + Math.max(0, delay_ms), order: this.order++, fn };
    this.pending.add(timer);
    return { cancel: () => void this.pending.delete(timer) };
  }

  /** Moves time forward and fires what falls due, in order of time and then of creation. */
  advance(by_ms: number): void {
    const until_ms = this.time_ms + by_ms;
    for (let next = this.nextDue(until_ms); next !== undefined; next = this.nextDue(until_ms)) {
      this.pending.delete(next);
      this.time_ms = next.due_ms;
      next.fn();
    }
    this.time_ms = until_ms;
  }

  /** How many timers wait: a test's way to see that nothing was left behind. */
  get pendingTimers(): number {
    return this.pending.size;
  }

  private nextDue(until_ms: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.pending) {
      if (timer.due_ms > until_ms) continue;
      if (!first || timer.due_ms < first.due_ms || (timer.due_ms === first.due_ms && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}
