import { BUCKET_MODES } from '../stats/histogram-view.js';
import { renderJson } from '../stats/render-json.js';
import { PROMETHEUS_MODES, renderPrometheus } from '../stats/render-prometheus.js';
import { renderText } from '../stats/render-text.js';
import type { StatsQuery, StatType } from '../stats/selection.js';
import { nameFilter } from './name-filter.js';
import { type AdminCall, type AdminHandler, type Page, text } from './page.js';

const TYPES: readonly StatType[] = ['All', 'Counters', 'Histograms', 'Gauges', 'TextReadouts'];

const USED_ONLY = {
  name: 'usedonly',
  help: 'Only include stats that have been written by system since restart',
} as const;
const FILTER = { name: 'filter', help: 'Regular expression (Google re2) for filtering stats' } as const;

/** `/stats` and what belongs to it. */
export const STATS_HANDLERS: readonly AdminHandler[] = [
  {
    path: '/stats',
    help: 'print server stats',
    mutates: false,
    parameters: [
      USED_ONLY,
      FILTER,
      { name: 'format', help: 'Format to use', values: ['text', 'json', 'prometheus'] },
      { name: 'type', help: 'Stat types to include.', values: TYPES },
      { name: 'histogram_buckets', help: 'Histogram bucket display mode', values: BUCKET_MODES },
    ],
    handle: stats,
  },
  {
    path: '/stats/prometheus',
    help: 'print server stats in prometheus format',
    mutates: false,
    parameters: [
      USED_ONLY,
      { name: 'text_readouts', help: 'Render text_readouts as new gauges with value 0' },
      FILTER,
      { name: 'histogram_buckets', help: 'Histogram bucket display mode', values: PROMETHEUS_MODES },
    ],
    handle: prometheus,
  },
  recentLookups('', false),
  recentLookups('/clear', true),
  recentLookups('/disable', true),
  recentLookups('/enable', true),
];

/** Envoy shows which names its code looked up by text; here a name is looked up when configuration is compiled only. */
function recentLookups(what: string, mutates: boolean): AdminHandler {
  return {
    path: `/stats/recentlookups${what}`,
    help: 'recent stat-name lookups; there are none while requests are served',
    mutates,
    handle: () =>
      text('Lookup tracking is not supported: statistics are not looked up by name.\n', what === '' ? 200 : 501),
  };
}

function stats(call: AdminCall): Page {
  const { query } = call;
  const format = query.get('format') ?? 'text';
  if (format === 'prometheus') return prometheus(call);
  if (format === 'html' || format === 'active-html') {
    return text('There is no HTML form of the statistics here; use format=text, json or prometheus.\n', 501);
  }
  if (format !== 'text' && format !== 'json')
    return text('usage: /stats?format=(html|active-html|json|prometheus|text)\n\n', 400);
  const mode = query.get('histogram_buckets') || 'summary';
  if (!isOneOf(BUCKET_MODES, mode)) return badBuckets();
  const selected = readQuery(query);
  if ('status' in selected) return selected;
  const store = call.proxy.context.stats;
  if (format === 'text') return text(renderText(store, selected, mode));
  return { status: 200, type: 'application/json', body: renderJson(store, selected, mode) };
}

function prometheus({ proxy, query }: AdminCall): Page {
  const mode = query.get('histogram_buckets') || 'cumulative';
  if (!isOneOf(PROMETHEUS_MODES, mode)) return badBuckets();
  const selected = readQuery(query);
  if ('status' in selected) return selected;
  const options = { mode, textReadouts: query.has('text_readouts') };
  return text(renderPrometheus(proxy.context.stats, selected, options));
}

function badBuckets(): Page {
  return text('usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary|prometheusnative)\n', 400);
}

function readQuery(query: URLSearchParams): StatsQuery | Page {
  const type = query.get('type') ?? 'All';
  if (!isOneOf(TYPES, type)) return text('invalid &type= param', 400);
  const hidden = query.get('hidden') ?? 'include';
  if (!['include', 'only', 'exclude'].includes(hidden))
    return text('usage: /stats?hidden=(include|only|exclude)\n\n', 400);
  const wants = nameFilter(query.get('filter'), (problem) => `Invalid re2 regex: ${problem}`);
  if (typeof wants !== 'function') return wants;
  const chosen = query.has('invert_filter') && query.has('filter') ? (name: string) => !wants(name) : wants;
  // No statistic is hidden here.
  return { wants: hidden === 'only' ? () => false : chosen, type, usedOnly: query.has('usedonly') };
}

function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return (values as readonly string[]).includes(value);
}
