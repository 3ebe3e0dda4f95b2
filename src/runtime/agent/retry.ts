import type { Clock } from '../../base/clock.js';

/** Resolves after `delay_ms`, or at once when the signal aborts: callers look at the signal afterwards. */
export function sleep(clock: Clock, delay_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = () => {
      timer.cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.setTimer(delay_ms, wake);
    signal.addEventListener('abort', wake);
  });
}

/** Waits that double from the first to the longest. */
export class Doubling {
  private next: number;

  constructor(
    private readonly first_ms: number,
    private readonly longest_ms: number,
  ) {
    this.next = first_ms;
  }

  take_ms(): number {
    const taken = this.next;
    this.next = Math.min(taken * 2, this.longest_ms);
    return taken;
  }

  reset(): void {
    this.next = this.first_ms;
  }
}
