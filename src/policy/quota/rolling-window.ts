/** What a window remembers: long windows count in steps, so that their size does not grow with the traffic. */
const STEPS_PER_WINDOW = 1_000;
const STEP_MIN_MS = 1;
/** Forgotten entries at the front are cut off when there are so many. */
const FORGOTTEN_MAX = 256;

/**
 * Grants of one cell, each until `length_ms` after it was made: in no stretch of that length is more granted than the limit. A step
 * counts as if all of it came at its end, so that rounding never grants too much.
 */
export class RollingWindow {
  private readonly ends_ms: number[] = [];
  private readonly amounts: number[] = [];
  private first = 0;
  private used = 0;

  constructor(readonly length_ms: number) {}

  /** What is free now under that limit; negative where the limit was lowered. */
  available(now_ms: number, max: number): number {
    while (this.first < this.ends_ms.length && this.ends_ms[this.first]! <= now_ms)
      this.used -= this.amounts[this.first++]!;
    if (this.first > FORGOTTEN_MAX) {
      this.ends_ms.splice(0, this.first);
      this.amounts.splice(0, this.first);
      this.first = 0;
    }
    return max - this.used;
  }

  take(now_ms: number, amount: number): void {
    const step_ms = Math.max(STEP_MIN_MS, this.length_ms / STEPS_PER_WINDOW);
    const end_ms = Math.ceil(now_ms / step_ms) * step_ms + this.length_ms;
    const last = this.ends_ms.length - 1;
    if (last >= this.first && this.ends_ms[last] === end_ms) this.amounts[last]! += amount;
    else {
      this.ends_ms.push(end_ms);
      this.amounts.push(amount);
    }
    this.used += amount;
  }
}
