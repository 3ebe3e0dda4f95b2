import { type Bins, type Histogram, lowerBound, widthOf } from './histogram.js';

/** Quantiles that are shown, in percent: Envoy's. */
export const PERCENTILES: readonly number[] = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

/** How histograms are shown. */
export const BUCKET_MODES = ['summary', 'cumulative', 'disjoint', 'detailed'] as const;
export type BucketMode = (typeof BUCKET_MODES)[number];

/** NaN where nothing was recorded. */
export interface Quantile {
  readonly interval: number;
  readonly cumulative: number;
}

export function quantilesOf(histogram: Histogram): readonly Quantile[] {
  const interval = histogram.interval();
  const cumulative = histogram.cumulative();
  return PERCENTILES.map((percentile) => ({
    interval: interval.quantile(percentile / 100),
    cumulative: cumulative.quantile(percentile / 100),
  }));
}

export interface Bucket {
  readonly bound: number;
  readonly interval: number;
  readonly cumulative: number;
}

/** @param disjoint each bucket without those below it */
export function bucketsOf(histogram: Histogram, bounds: readonly number[], disjoint: boolean): readonly Bucket[] {
  const interval = countsBelow(histogram.interval(), bounds, disjoint);
  const cumulative = countsBelow(histogram.cumulative(), bounds, disjoint);
  return bounds.map((bound, i) => ({ bound, interval: interval[i]!, cumulative: cumulative[i]! }));
}

function countsBelow(bins: Bins, bounds: readonly number[], disjoint: boolean): readonly number[] {
  const counts = bounds.map((bound) => bins.atMost(bound));
  return disjoint ? counts.map((count, i) => count - (i === 0 ? 0 : counts[i - 1]!)) : counts;
}

/** The bins that hold something. */
export function detailOf(bins: Bins): readonly { lower_bound: number; width: number; count: number }[] {
  const detail: { lower_bound: number; width: number; count: number }[] = [];
  bins.counts.forEach((count, bin) => {
    if (count > 0) detail.push({ lower_bound: lowerBound(bin), width: widthOf(bin), count });
  });
  return detail;
}

/** As C++ streams print doubles: six digits. */
export function shortNumber(value: number): string {
  const [mantissa = '', exponent] = value.toPrecision(6).split('e');
  const plain = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  if (exponent !== undefined) return `${plain}e+${exponent.slice(1).padStart(2, '0')}`;
  return plain;
}
