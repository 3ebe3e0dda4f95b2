import type { Histogram } from './histogram.js';
import { type BucketMode, bucketsOf, detailOf, PERCENTILES, quantilesOf } from './histogram-view.js';
import { byName, type StatsQuery, select } from './selection.js';
import type { StatsStore } from './store.js';

/** `/stats?format=json` */
export function renderJson(store: StatsStore, query: StatsQuery, mode: BucketMode): string {
  const { texts, counters, gauges, histograms } = select(store, query);
  const stats: unknown[] = [
    ...texts.map(([name, value]) => ({ name, value })),
    ...[...counters, ...gauges].sort(byName).map(({ name, value }) => ({ name, value })),
  ];
  if (histograms.length > 0) stats.push({ histograms: histogramsJson(store, histograms, mode) });
  return JSON.stringify({ stats });
}

function histogramsJson(store: StatsStore, histograms: readonly Histogram[], mode: BucketMode): unknown {
  switch (mode) {
    case 'summary':
      return {
        supported_quantiles: PERCENTILES,
        computed_quantiles: histograms.map((histogram) => ({ name: histogram.name, values: values(histogram) })),
      };
    case 'detailed':
      return {
        supported_percentiles: PERCENTILES,
        details: histograms.map((histogram) => ({
          name: histogram.name,
          totals: detailOf(histogram.cumulative()),
          intervals: detailOf(histogram.interval()),
          percentiles: values(histogram),
        })),
      };
    default:
      return histograms.map((histogram) => ({
        name: histogram.name,
        buckets: bucketsOf(histogram, store.config.bucketsOf(histogram.name), mode === 'disjoint').map(
          ({ bound, interval, cumulative }) => ({ upper_bound: bound, interval, cumulative }),
        ),
      }));
  }
}

/** `null` where nothing was recorded: JSON has no NaN. */
function values(histogram: Histogram): readonly { cumulative: number; interval: number }[] {
  return quantilesOf(histogram).map(({ interval, cumulative }) => ({ cumulative, interval }));
}
