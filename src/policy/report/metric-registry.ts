import type { PrometheusMetric } from '../config.js';
import type { MetricSink } from './metric-sink.js';

/** Labels may come from headers: beyond so many series of one metric no new one is begun. */
export const SERIES_PER_METRIC_MAX = 10_000;

interface Series {
  readonly labels: readonly string[];
  /** Of a counter or gauge; of a distribution the sum. */
  value: number;
  /** Of a distribution: observations in each bucket, the last beyond all bounds. */
  readonly buckets: number[];
}

interface Family {
  readonly metric: PrometheusMetric;
  readonly series: Map<string, Series>;
}

/** The metrics of prometheus handlers, kept in memory and written in Prometheus' text format. */
export class MetricRegistry implements MetricSink {
  private readonly families = new Map<string, Family>();
  private dropped = 0;

  record(metric: PrometheusMetric, labels: readonly string[], value: number): void {
    const series = this.seriesOf(metric, labels);
    if (series === undefined) this.dropped++;
    else if (metric.kind === 'GAUGE') series.value = value;
    else {
      series.value += value;
      if (metric.kind === 'DISTRIBUTION') series.buckets[bucketOf(metric.bounds, value)]!++;
    }
  }

  /** Prometheus' text format, version 0.0.4. */
  text(): string {
    const families = [...this.families.values()].sort((a, b) =>
      exposedName(a.metric) < exposedName(b.metric) ? -1 : 1,
    );
    return families.map(familyText).join('') + droppedText(this.dropped);
  }

  private seriesOf(metric: PrometheusMetric, labels: readonly string[]): Series | undefined {
    const { series } = this.familyOf(metric);
    const key = labels.join('\xff');
    const known = series.get(key);
    if (known !== undefined || series.size >= SERIES_PER_METRIC_MAX) return known;
    const begun = { labels, value: 0, buckets: metric.bounds.map(() => 0).concat(0) };
    series.set(key, begun);
    return begun;
  }

  /** A metric that changed its shape begins anew, as when Mixer's adapter was reloaded. */
  private familyOf(metric: PrometheusMetric): Family {
    const name = nameOf(metric);
    const known = this.families.get(name);
    if (known !== undefined && (known.metric === metric || sameShape(known.metric, metric))) return known;
    const family = { metric, series: new Map<string, Series>() };
    this.families.set(name, family);
    return family;
  }
}

function sameShape(a: PrometheusMetric, b: PrometheusMetric): boolean {
  const shape = ({ kind, labelNames, bounds }: PrometheusMetric) => JSON.stringify([kind, labelNames, bounds]);
  return shape(a) === shape(b);
}

function bucketOf(bounds: readonly number[], value: number): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length : index;
}

const TYPE_NAMES = { GAUGE: 'gauge', COUNTER: 'counter', DISTRIBUTION: 'histogram' } as const;

function familyText({ metric, series }: Family): string {
  const name = exposedName(metric);
  const help = (metric.description || nameOf(metric)).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const lines = [...series.values()].flatMap((one) => seriesLines(name, metric, one));
  return `# HELP ${name} ${help}\n# TYPE ${name} ${TYPE_NAMES[metric.kind]}\n${lines.join('\n')}\n`;
}

function seriesLines(name: string, metric: PrometheusMetric, { labels, value, buckets }: Series): string[] {
  const pairs = metric.labelNames.map((label, index) => `${safeName(label)}="${escaped(labels[index] ?? '')}"`);
  const line = (suffix: string, more: string[], amount: number) => {
    const all = [...pairs, ...more].join(',');
    return `${name}${suffix}${all === '' ? '' : `{${all}}`} ${amount}`;
  };
  if (metric.kind !== 'DISTRIBUTION') return [line('', [], value)];
  let count = 0;
  const bucketLines = buckets.map((amount, index) => {
    count += amount;
    return line('_bucket', [`le="${metric.bounds[index] ?? '+Inf'}"`], count);
  });
  return [...bucketLines, line('_sum', [], value), line('_count', [], count)];
}

/** Mixer put `istio_` before every name. */
export function exposedName(metric: PrometheusMetric): string {
  return `istio_${safeName(nameOf(metric))}`;
}

function nameOf({ name, instanceName }: PrometheusMetric): string {
  return name === '' ? instanceName : name;
}

function safeName(name: string): string {
  return name.replace(/^\//, '').replace(/[/. ]/g, '_').replaceAll('-', '');
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function droppedText(dropped: number): string {
  if (dropped === 0) return '';
  const name = 'trysail_policy_metric_values_dropped';
  return `# HELP ${name} Values of series beyond ${SERIES_PER_METRIC_MAX} in one metric\n# TYPE ${name} counter\n${name} ${dropped}\n`;
}
