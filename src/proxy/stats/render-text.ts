import type { Histogram } from './histogram.js';
import { type BucketMode, bucketsOf, detailOf, PERCENTILES, quantilesOf, shortNumber } from './histogram-view.js';
import { byName, type StatsQuery, select } from './selection.js';
import type { StatsStore } from './store.js';

/** `/stats`: texts, then counters and gauges, then histograms, `name: value` each in the order of names. */
export function renderText(store: StatsStore, query: StatsQuery, mode: BucketMode): string {
  const { texts, counters, gauges, histograms } = select(store, query);
  let out = '';
  for (const [name, text] of texts) out += `${name}: "${text}"\n`;
  for (const { name, value } of [...counters, ...gauges].sort(byName)) out += `${name}: ${value}\n`;
  for (const histogram of histograms) out += histogramText(store, histogram, mode);
  return out;
}

function histogramText(store: StatsStore, histogram: Histogram, mode: BucketMode): string {
  const { name } = histogram;
  if (histogram.count === 0) return `${name}: No recorded values\n`;
  if (mode === 'summary') return `${name}: ${quantileText(histogram)}\n`;
  if (mode === 'detailed') {
    const bins = (from: ReturnType<Histogram['interval']>): string =>
      detailOf(from)
        .map((bin) => `${shortNumber(bin.lower_bound)},${shortNumber(bin.width)}:${bin.count}`)
        .join(', ');
    const totals = bins(histogram.cumulative());
    return `${name}:\n  totals=${totals}\n  intervals=${bins(histogram.interval())}\n  summary=${quantileText(histogram)}\n`;
  }
  const buckets = bucketsOf(histogram, store.config.bucketsOf(name), mode === 'disjoint');
  const text = buckets.map(({ bound, interval, cumulative }) => `B${shortNumber(bound)}(${interval},${cumulative})`);
  return `${name}: ${text.join(' ')}\n`;
}

function quantileText(histogram: Histogram): string {
  const text = (value: number): string => (Number.isNaN(value) ? 'nan' : String(value));
  return quantilesOf(histogram)
    .map(({ interval, cumulative }, i) => `P${PERCENTILES[i]}(${text(interval)},${text(cumulative)})`)
    .join(' ');
}
