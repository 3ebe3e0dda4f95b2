import type { Histogram } from './metrics.js';
import type { StatsStore } from './store.js';

const QUANTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1];
/** Bounds of Prometheus buckets, milliseconds: Envoy's defaults. */
const BUCKET_BOUNDS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** `/stats`: `name: value` in the order of names. */
export function renderText(store: StatsStore, filter: RegExp | undefined): string {
  const lines: string[] = [];
  for (const metric of [...store.counters.values(), ...store.gauges.values()]) {
    if (filter === undefined || filter.test(metric.name)) lines.push(`${metric.name}: ${metric.value}`);
  }
  lines.sort();
  const histograms: string[] = [];
  for (const histogram of store.histograms.values()) {
    if (filter === undefined || filter.test(histogram.name))
      histograms.push(`${histogram.name}: ${quantileText(histogram)}`);
  }
  histograms.sort();
  return [...lines, ...histograms, ''].join('\n');
}

function quantileText(histogram: Histogram): string {
  if (histogram.count === 0) return 'No recorded values';
  return QUANTILES.map((q) => `P${q * 100}(nan,${histogram.quantile(q)})`).join(' ');
}

/** `/stats?format=json` */
export function renderJson(store: StatsStore, filter: RegExp | undefined): string {
  const stats: { name: string; value: number }[] = [];
  for (const metric of [...store.counters.values(), ...store.gauges.values()]) {
    if (filter === undefined || filter.test(metric.name)) stats.push({ name: metric.name, value: metric.value });
  }
  return JSON.stringify({ stats });
}

/** `/stats/prometheus`: names as Envoy's, with its tag extraction for clusters, connection managers and status codes. */
export function renderPrometheus(store: StatsStore): string {
  const families = new Map<string, { type: string; lines: string[] }>();
  const family = (name: string, type: string): string[] => {
    let found = families.get(name);
    if (found === undefined) {
      found = { type, lines: [] };
      families.set(name, found);
    }
    return found.lines;
  };
  for (const [type, metrics] of [
    ['counter', store.counters],
    ['gauge', store.gauges],
  ] as const) {
    for (const metric of metrics.values()) {
      const { name, labels } = extractTags(metric.name);
      family(name, type).push(`${name}{${labels}} ${metric.value}`);
    }
  }
  for (const histogram of store.histograms.values()) {
    const { name, labels } = extractTags(histogram.name);
    const lines = family(name, 'histogram');
    const comma = labels === '' ? '' : ',';
    for (const bound of BUCKET_BOUNDS)
      lines.push(`${name}_bucket{${labels}${comma}le="${bound}"} ${histogram.atMost(bound)}`);
    lines.push(`${name}_bucket{${labels}${comma}le="+Inf"} ${histogram.count}`);
    lines.push(`${name}_sum{${labels}} ${histogram.sum}`, `${name}_count{${labels}} ${histogram.count}`);
  }
  let out = '';
  for (const [name, { type, lines }] of [...families].sort()) out += `# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
  return out;
}

const TAGS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^cluster\.((?:[^.]|\.(?!(?:upstream|membership|lb_|external|internal|outlier|circuit|bind|max_host|retry|update|version|default|http1|original))).*?)\./,
    'envoy_cluster_name',
    'cluster.',
  ],
  [
    /^http\.(.*?)\.(?=downstream|rq_|tracing|fault|no_|rs_|passthrough|cors|rds)/,
    'envoy_http_conn_manager_prefix',
    'http.',
  ],
  [/^listener\.(.*?)\.(?=downstream|http|no_filter)/, 'envoy_listener_address', 'listener.'],
  [/^tcp\.(.*?)\.(?=downstream|upstream|idle|max_)/, 'envoy_tcp_prefix', 'tcp.'],
];

function extractTags(full: string): { name: string; labels: string } {
  const labels: string[] = [];
  let name = full.replace(/_rq_(\dxx)$/, (_, group: string) => {
    labels.push(`envoy_response_code_class="${group[0]}"`);
    return '_rq_xx';
  });
  name = name.replace(/_rq_(\d{3})$/, (_, code: string) => {
    labels.push(`envoy_response_code="${code}"`);
    return '_rq';
  });
  for (const [pattern, label, prefix] of TAGS) {
    name = name.replace(pattern, (_, value: string) => {
      labels.push(`${label}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
      return prefix;
    });
  }
  return { name: `envoy_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, labels: labels.join(',') };
}
