import type { Clock, Timer } from '../../base/clock.js';

export interface DebounceOptions {
  readonly clock: Clock;
  /** How long nothing must have changed before a change goes out; the first after such a time goes out at once. */
  readonly quiet_ms: number;
  /** Also the first waits for the quiet time: it is likely to be followed by others. */
  readonly firstWaits?: boolean;
  /** However much changes, nothing waits longer. */
  readonly max_ms: number;
  readonly run: () => void;
}

/** Changes that follow each other closely, such as those of a rollout, become one run; a lone one does not wait. */
export class Debounce {
  private timer: Timer | undefined;
  private lastChange_ms = Number.NEGATIVE_INFINITY;
  private firstWaiting_ms = 0;

  constructor(private readonly options: DebounceOptions) {}

  /** Whether a change has not gone out yet. */
  get pending(): boolean {
    return this.timer !== undefined;
  }

  changed(): void {
    const { clock, quiet_ms, firstWaits } = this.options;
    const now_ms = clock.monotonic_ms();
    const isQuiet = now_ms - this.lastChange_ms >= quiet_ms;
    this.lastChange_ms = now_ms;
    if (this.timer !== undefined) return;
    this.firstWaiting_ms = now_ms;
    this.wait(isQuiet && !firstWaits ? 0 : quiet_ms);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private wait(delay_ms: number): void {
    const { clock, max_ms, quiet_ms, run } = this.options;
    this.timer = clock.setTimer(delay_ms, () => {
      const now_ms = clock.monotonic_ms();
      const quietAt_ms = delay_ms === 0 ? now_ms : this.lastChange_ms + quiet_ms;
      const goesAt_ms = Math.min(quietAt_ms, this.firstWaiting_ms + max_ms);
      if (goesAt_ms > now_ms) {
        this.wait(goesAt_ms - now_ms);
        return;
      }
      this.timer = undefined;
      run();
    });
  }
}
