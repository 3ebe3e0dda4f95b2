export class Counter {
  value = 0;

  constructor(readonly name: string) {}

  inc(): void {
    this.value++;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

export class Gauge {
  value = 0;

  constructor(readonly name: string) {}

  inc(): void {
    this.value++;
  }

  dec(): void {
    this.value--;
  }

  set(value: number): void {
    this.value = value;
  }
}

/** Sub-buckets of each power of two: an error of at most 1/16. */
const SUB_BITS = 4;
const SUB = 1 << SUB_BITS;
const BUCKETS = 32 * SUB;

/** A log-linear histogram of whole, not negative numbers. */
export class Histogram {
  count = 0;
  sum = 0;
  private buckets: Uint32Array | undefined;

  constructor(readonly name: string) {}

  record(value: number): void {
    this.count++;
    this.sum += value;
    this.buckets ??= new Uint32Array(BUCKETS);
    const bucket = bucketOf(value | 0);
    this.buckets[bucket] = this.buckets[bucket]! + 1;
  }

  /** @param quantile 0 to 1. @returns NaN when nothing was recorded */
  quantile(quantile: number): number {
    if (this.buckets === undefined) return Number.NaN;
    const rank = Math.max(1, Math.ceil(quantile * this.count));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.buckets[i]!;
      if (seen >= rank) return lowestOf(i);
    }
    return Number.NaN;
  }

  /** How many values were at most `limit`, within the error of a bucket. */
  atMost(limit: number): number {
    if (this.buckets === undefined) return 0;
    let seen = 0;
    for (let i = 0; i < BUCKETS && lowestOf(i) <= limit; i++) seen += this.buckets[i]!;
    return seen;
  }
}

function bucketOf(value: number): number {
  if (value < SUB) return Math.max(0, value);
  const power = 31 - Math.clz32(value);
  return (power - SUB_BITS + 1) * SUB + ((value >> (power - SUB_BITS)) - SUB);
}

function lowestOf(bucket: number): number {
  if (bucket < SUB) return bucket;
  const power = Math.floor(bucket / SUB) + SUB_BITS - 1;
  return (SUB + (bucket % SUB)) * 2 ** (power - SUB_BITS);
}
