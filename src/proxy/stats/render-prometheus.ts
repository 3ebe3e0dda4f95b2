import type { Histogram } from './histogram.js';
import { PERCENTILES } from './histogram-view.js';
import { byName, type StatsQuery, select } from './selection.js';
import type { StatsStore } from './store.js';
import { extractTags } from './tags.js';

/** How `/stats/prometheus` shows histograms. */
export const PROMETHEUS_MODES = ['cumulative', 'summary'] as const;
export type PrometheusMode = (typeof PROMETHEUS_MODES)[number];

export interface PrometheusOptions {
  readonly mode: PrometheusMode;
  /** Texts become gauges of the value 0. */
  readonly textReadouts: boolean;
}

/** A metric's name and labels, as they stand in a line. */
interface Named<T> {
  readonly name: string;
  readonly labels: string;
  readonly metric: T;
}

/** Prometheus' text format with Envoy's names: counters, gauges, histograms, each in the order of names. */
export function renderPrometheus(store: StatsStore, query: StatsQuery, options: PrometheusOptions): string {
  const { texts, counters, gauges, histograms } = select(store, query);
  let out = simpleFamilies(store, counters, 'counter') + simpleFamilies(store, gauges, 'gauge');
  if (options.textReadouts) {
    const readouts = texts.map(([name, text]) => ({ name, value: 0, extra: label('text_value', text) }));
    out += simpleFamilies(store, readouts, 'gauge');
  }
  for (const [name, family] of familiesOf(store, histograms)) {
    const summary = options.mode === 'summary';
    out += `# TYPE ${name} ${summary ? 'summary' : 'histogram'}\n`;
    for (const { labels, metric } of family) {
      out += summary ? summaryLines(name, labels, metric) : bucketLines(store, name, labels, metric);
    }
  }
  return out;
}

type Simple = { readonly name: string; readonly value: number; readonly extra?: string };

function simpleFamilies(store: StatsStore, metrics: readonly Simple[], type: string): string {
  let out = '';
  for (const [name, family] of familiesOf(store, metrics)) {
    out += `# TYPE ${name} ${type}\n`;
    for (const { labels, metric } of family) {
      const all = metric.extra === undefined ? labels : join(labels, metric.extra);
      out += `${name}{${all}} ${metric.value}\n`;
    }
  }
  return out;
}

function familiesOf<T extends { readonly name: string }>(
  store: StatsStore,
  metrics: readonly T[],
): readonly (readonly [string, readonly Named<T>[]])[] {
  const families = new Map<string, Named<T>[]>();
  for (const metric of metrics) {
    const { name, tags } = extractTags(metric.name, store.config.extractors);
    const family = prometheusName(name);
    const labels = [...store.config.fixedTags, ...tags].map(([tag, value]) => label(labelName(tag), value)).join(',');
    const members = families.get(family);
    const member = { name: metric.name, labels, metric };
    if (members === undefined) families.set(family, [member]);
    else members.push(member);
  }
  for (const members of families.values()) members.sort(byName);
  return [...families].sort(([a], [b]) => (a < b ? -1 : 1));
}

function bucketLines(store: StatsStore, name: string, labels: string, histogram: Histogram): string {
  let out = '';
  for (const bound of store.config.bucketsOf(histogram.name)) {
    out += `${name}_bucket{${join(labels, `le="${bound}"`)}} ${histogram.atMost(bound)}\n`;
  }
  out += `${name}_bucket{${join(labels, 'le="+Inf"')}} ${histogram.count}\n`;
  return out + totalLines(name, labels, histogram);
}

function summaryLines(name: string, labels: string, histogram: Histogram): string {
  const bins = histogram.cumulative();
  let out = '';
  for (const percentile of PERCENTILES) {
    const quantile = Number((percentile / 100).toFixed(4));
    const value = bins.quantile(quantile);
    out += `${name}{${join(labels, `quantile="${quantile}"`)}} ${Number.isNaN(value) ? 'nan' : value}\n`;
  }
  return out + totalLines(name, labels, histogram);
}

function totalLines(name: string, labels: string, histogram: Histogram): string {
  return `${name}_sum{${labels}} ${histogram.cumulative().sum}\n${name}_count{${labels}} ${histogram.count}\n`;
}

function join(labels: string, more: string): string {
  return labels === '' ? more : `${labels},${more}`;
}

function label(name: string, value: string): string {
  return `${name}="${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
}

/** Envoy's prefix keeps its metrics apart from others'. */
function prometheusName(name: string): string {
  return `envoy_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
}

function labelName(tag: string): string {
  return tag.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
