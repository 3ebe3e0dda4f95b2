/** The smallest time that is told from others, in milliseconds. */
const FINEST_MS = 0.01;
/** Each step is this much longer than the one before: how exact percentiles are. */
const GROWTH = 1.01;
/** Enough for an hour; what is longer counts as that. */
const STEPS = Math.ceil(Math.log(3_600_000 / FINEST_MS) / Math.log(GROWTH)) + 1;

export interface TimesRow {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly count: number;
}

/** How often which time was taken, to one percent, in the same small space for any number of them. */
export class Times {
  private readonly steps = new Float64Array(STEPS);
  private sum_ms = 0;
  count = 0;
  min_ms = Number.POSITIVE_INFINITY;
  max_ms = 0;

  record(took_ms: number): void {
    const step = Math.ceil(Math.log(Math.max(took_ms, FINEST_MS) / FINEST_MS) / Math.log(GROWTH));
    const index = Math.min(step, STEPS - 1);
    this.steps[index] = (this.steps[index] ?? 0) + 1;
    this.count++;
    this.sum_ms += took_ms;
    this.min_ms = Math.min(this.min_ms, took_ms);
    this.max_ms = Math.max(this.max_ms, took_ms);
  }

  get total_ms(): number {
    return this.sum_ms;
  }

  get mean_ms(): number {
    return this.count === 0 ? 0 : this.sum_ms / this.count;
  }

  /** The time within which this part of all was, from 0 to 100; 0 where there are none. */
  percentile(percent: number): number {
    if (this.count === 0) return 0;
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.count));
    let seen = 0;
    for (const [step, count] of this.steps.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(Math.max(stepEnd_ms(step), this.min_ms), this.max_ms);
    }
    return this.max_ms;
  }

  /** From the shortest to the longest in so many rows, each as many times longer than the one before. */
  rows(count: number): TimesRow[] {
    if (this.count === 0) return [];
    const from_ms = Math.max(this.min_ms, FINEST_MS);
    const factor = Math.max(this.max_ms / from_ms, GROWTH) ** (1 / count);
    const counts = new Array<number>(count).fill(0);
    for (const [step, many] of this.steps.entries()) {
      if (many === 0) continue;
      // The middle of the step decides for all of it.
      const middle_ms = stepEnd_ms(step) / Math.sqrt(GROWTH);
      const row = Math.floor(Math.log(middle_ms / from_ms) / Math.log(factor));
      const index = Math.min(Math.max(row, 0), count - 1);
      counts[index] = (counts[index] ?? 0) + many;
    }
    return counts.map((many, row) => ({
      from_ms: from_ms * factor ** row,
      to_ms: from_ms * factor ** (row + 1),
      count: many,
    }));
  }
}

function stepEnd_ms(step: number): number {
  return FINEST_MS * GROWTH ** step;
}
