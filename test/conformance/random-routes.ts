import type { Random } from '../../src/base/random.js';
import type { Request } from './answers.js';

type Json = Record<string, unknown>;

const PATHS: readonly Json[] = [
  { prefix: '/' },
  { prefix: '/a' },
  { prefix: '/Ab', case_sensitive: false },
  { path: '/a' },
  { path: '/A/B', case_sensitive: false },
  { path_separated_prefix: '/a/b' },
  { safe_regex: { regex: '/[a-c]+/?\\d*' } },
  { safe_regex: { regex: '/a(/.*)?' } },
];

const exact = (text: string): Json => ({ string_match: { exact: text } });
const HEADERS: readonly Json[] = [
  exact('1'),
  { string_match: { exact: 'ABC', ignore_case: true } },
  { string_match: { prefix: '1' } },
  { string_match: { suffix: 'c' } },
  { string_match: { contains: ',' } },
  { string_match: { safe_regex: { regex: '[0-9]+' } } },
  { range_match: { start: -5, end: 10 } },
  { present_match: true },
  { present_match: false },
  { ...exact('1'), invert_match: true },
  { ...exact('1'), invert_match: true, treat_missing_header_as_empty: true },
  { ...exact(''), treat_missing_header_as_empty: true },
  { range_match: { start: 0, end: 3 }, invert_match: true },
];
const PSEUDO_HEADERS: readonly Json[] = [
  { name: ':method', ...exact('POST') },
  { name: ':path', string_match: { contains: 'q=' } },
  { name: ':authority', string_match: { suffix: ':8080' } },
];
const QUERIES: readonly Json[] = [
  { name: 'q', ...exact('1') },
  { name: 'q', present_match: true },
  { name: 'q', ...exact('') },
  { name: 'q', string_match: { prefix: 'A', ignore_case: true } },
  { name: 'q', string_match: { safe_regex: { regex: '\\d+' } } },
];
const REDIRECTS: readonly Json[] = [
  { https_redirect: true },
  { host_redirect: 'new.example', response_code: 'FOUND' },
  { path_redirect: '/new' },
  { path_redirect: '/new?x=y', response_code: 'SEE_OTHER' },
  { prefix_rewrite: '/new/' },
  { port_redirect: 9090 },
  { strip_query: true, host_redirect: 'new.example' },
  { scheme_redirect: 'https', port_redirect: 443 },
  { regex_rewrite: { pattern: { regex: '/(a)(.*)' }, substitution: '/\\2\\1' } },
];
const ROUTES: readonly Json[] = [
  { prefix_rewrite: '/new' },
  { prefix_rewrite: '/new/' },
  { regex_rewrite: { pattern: { regex: 'a' }, substitution: 'x' } },
  { regex_rewrite: { pattern: { regex: '/(a)(.*)' }, substitution: '/\\2/\\1' } },
  { host_rewrite_literal: 'new.example' },
  { host_rewrite_header: 'x-h' },
  { host_rewrite_path_regex: { pattern: { regex: '/([^/]+).*' }, substitution: '\\1.example' } },
  { host_rewrite_literal: 'new.example', append_x_forwarded_host: true },
  { timeout: '1s' },
];

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)]!;
}

function randomMatch(random: Random): Json {
  const match: Json = { ...pick(random, PATHS) };
  const dice = random.next();
  if (dice < 0.4) match['headers'] = [{ name: 'x-h', ...pick(random, HEADERS) }];
  else if (dice < 0.6) match['headers'] = [pick(random, PSEUDO_HEADERS), { name: 'x-h', ...pick(random, HEADERS) }];
  if (random.next() < 0.3) match['query_parameters'] = [pick(random, QUERIES)];
  return match;
}

/** Says in its answer's header which one it is. */
function randomRoute(random: Random, name: string): Json {
  const dice = random.next();
  const action =
    dice < 0.4
      ? { direct_response: { status: 200, body: { inline_string: name } } }
      : dice < 0.7
        ? { redirect: pick(random, REDIRECTS) }
        : { route: { cluster: 'up', ...pick(random, ROUTES) } };
  return {
    match: randomMatch(random),
    ...action,
    response_headers_to_add: [{ header: { key: 'x-route', value: name } }],
  };
}

const LAST: Json = { match: { prefix: '/' }, direct_response: { status: 299 } };

/** Virtual hosts `t0.example` to `tN.example`, each with its own routes. */
export function randomVirtualHosts(random: Random, count: number, routes: number): Json[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    domains: [`t${i}.example`],
    routes: [...Array.from({ length: routes }, (_, j) => randomRoute(random, `${i}-${j}`)), LAST],
  }));
}

/** All kinds of domains, for hosts that lie between them. */
export const DOMAINS: readonly Json[] = [
  ['exact.example'],
  ['*.wild.example', '*-dash.example'],
  ['*.b.wild.example'],
  ['pre.*', 'pre-dash*'],
  ['pre.longer.*'],
  ['port.example:8080'],
  ['*'],
].map((domains) => ({
  name: domains.join(),
  domains,
  routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: domains.join() } } }],
}));

export const HOSTS = [
  'exact.example',
  'EXACT.example',
  'exact.example:8080',
  'exact.example.',
  'a.wild.example',
  'wild.example',
  '.wild.example',
  'a.b.wild.example',
  'b.wild.example',
  'a-dash.example',
  '-dash.example',
  'pre.any',
  'pre.',
  'pre.longer.any',
  'pre-dash',
  'pre-dashes',
  'PRE.any',
  'port.example',
  'port.example:8080',
  'port.example:80',
  'other',
];

const REQUEST_PATHS = [
  '/',
  '/a',
  '/a?q=1',
  '/a?q=12&q=x',
  '/a?x=y&q=abc',
  '/a?q',
  '/a?q=',
  '/a?Q=1',
  '/A',
  '/ab',
  '/AB/12',
  '/a/b',
  '/a/b/',
  '/a/b/c?q=1',
  '/a/bc',
  '/abc/12',
  '/a%2Fb',
  '/a/',
  '//a',
  '/b/a;x?y=z',
  '/a?q=%31',
];
const REQUEST_VALUES: readonly (string | string[] | undefined)[] = [
  undefined,
  undefined,
  '1',
  '10',
  '-3',
  '3',
  'abc',
  'ABC',
  '',
  ['1', '2'],
  '99999999999999999999',
  ' 1 ',
];

export function randomRequest(random: Random, host: string): Request {
  const value = pick(random, REQUEST_VALUES);
  return {
    host: random.next() < 0.2 ? `${host}:8080` : host,
    path: pick(random, REQUEST_PATHS),
    method: random.next() < 0.3 ? 'POST' : 'GET',
    headers: value === undefined ? {} : { 'x-h': value },
  };
}
