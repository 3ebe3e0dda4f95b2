/**
 * Envoy's histograms are log-linear with two decimal digits: 90 bins a decade (`circllhist`). Bin 0 holds zero, then come those of
 * 1.0, 1.1 … 9.9, 10, 11 … 99, 100, 110 and so on.
 */
const BINS_A_DECADE = 90;
/** Values are whole and below 10^10: 115 days in milliseconds, 10 GB. What is larger counts as the largest. */
const DECADES_MAX = 10;
/** Bins of small values are looked up; most latencies are below a second. */
const TABLE_SIZE = 1_000;
const TABLE = Uint16Array.from({ length: TABLE_SIZE }, (_, value) => computeBin(value));

function computeBin(value: number): number {
  if (value <= 0) return 0;
  let decade = 0;
  let unit = 1;
  while (value >= unit * 10 && decade < DECADES_MAX - 1) {
    unit *= 10;
    decade++;
  }
  const digits = Math.min(99, Math.floor((value * 10) / unit));
  return 1 + decade * BINS_A_DECADE + (digits - 10);
}

/** The least value of a bin. */
export function lowerBound(bin: number): number {
  if (bin === 0) return 0;
  const digits = 10 + ((bin - 1) % BINS_A_DECADE);
  return digits * 10 ** (Math.floor((bin - 1) / BINS_A_DECADE) - 1);
}

/** The width of a bin: that of zero has none. */
export function widthOf(bin: number): number {
  return bin === 0 ? 0 : 10 ** (Math.floor((bin - 1) / BINS_A_DECADE) - 1);
}

/** What was recorded: counts by bin. The array grows by decades, as most histograms hold small values. */
export class Bins {
  counts: Float64Array = EMPTY;
  total = 0;

  add(bin: number, amount: number): void {
    if (bin >= this.counts.length) this.grow(bin);
    this.counts[bin] = this.counts[bin]! + amount;
    this.total += amount;
  }

  addAll(other: Bins): void {
    other.counts.forEach((count, bin) => {
      if (count > 0) this.add(bin, count);
    });
  }

  clear(): void {
    this.counts = EMPTY;
    this.total = 0;
  }

  /** Envoy's: each bin counts as its middle, which is the harmonic one. */
  get sum(): number {
    let sum = 0;
    for (let bin = 1; bin < this.counts.length; bin++) {
      if (this.counts[bin] === 0) continue;
      const low = lowerBound(bin);
      const high = low + widthOf(bin);
      sum += (this.counts[bin]! * 2 * low * high) / (low + high);
    }
    return sum;
  }

  /** Values of bins that begin at `limit` or below. */
  atMost(limit: number): number {
    let seen = 0;
    for (let bin = 0; bin < this.counts.length && lowerBound(bin) <= limit; bin++) seen += this.counts[bin]!;
    return seen;
  }

  /**
   * Values of a bin count as spread evenly over it.
   * @param quantile 0 to 1. @returns NaN when nothing was recorded
   */
  quantile(quantile: number): number {
    if (this.total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(quantile * this.total - 1e-9));
    let seen = 0;
    for (let bin = 0; bin < this.counts.length; bin++) {
      const count = this.counts[bin]!;
      if (seen + count >= rank) return lowerBound(bin) + (widthOf(bin) * (rank - seen)) / (count + 1);
      seen += count;
    }
    return Number.NaN;
  }

  private grow(bin: number): void {
    const decades = Math.ceil(bin / BINS_A_DECADE);
    const counts = new Float64Array(1 + decades * BINS_A_DECADE);
    counts.set(this.counts);
    this.counts = counts;
  }
}

const EMPTY = new Float64Array(0);

/** A histogram of whole numbers that are not negative: those of the running interval, of the last one, and of all before. */
export class Histogram {
  private readonly running = new Bins();
  private readonly settled = new Bins();
  private last: Bins | undefined;

  constructor(readonly name: string) {}

  record(value: number): void {
    const whole = value | 0;
    this.running.add(whole >= 0 && whole < TABLE_SIZE ? TABLE[whole]! : computeBin(Math.floor(value)), 1);
  }

  get count(): number {
    return this.settled.total + this.running.total;
  }

  /** All that was recorded. */
  cumulative(): Bins {
    const all = new Bins();
    all.addAll(this.settled);
    all.addAll(this.running);
    return all;
  }

  /** What was recorded in the last complete interval; before the first ended, in the running one. */
  interval(): Bins {
    return this.last ?? this.running;
  }

  /** An interval ended. */
  flush(): void {
    if (this.running.total === 0) {
      if (this.last !== undefined) this.last = NOTHING;
      return;
    }
    this.settled.addAll(this.running);
    const last = new Bins();
    last.addAll(this.running);
    this.last = last;
    this.running.clear();
  }

  /** @param quantile 0 to 1. @returns NaN when nothing was recorded */
  quantile(quantile: number): number {
    return this.cumulative().quantile(quantile);
  }

  atMost(limit: number): number {
    return this.settled.atMost(limit) + this.running.atMost(limit);
  }
}

const NOTHING = new Bins();
