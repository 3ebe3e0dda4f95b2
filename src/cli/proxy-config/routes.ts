import { compareText } from '../../compiler/ordering.js';
import { at, type ConfigDump, type Json, type JsonObject, list, object, text } from './dump.js';
import type { ProxyConfigFilters, Summary } from './filters.js';

const GAP = 5;
const DOMAINS_SHOWN_MAX = 3;
const NOT_FOUND = 404;

/** The columns of `istioctl proxy-config route`: a row for each route of each virtual host. */
export function routeSummary(dump: ConfigDump, { name }: ProxyConfigFilters): Summary {
  const wanted = dump
    .routes()
    .filter((route) => name === undefined || text(route['name']) === name)
    .sort((left, right) => compareNames(text(left['name']), text(right['name'])));
  return {
    header: ['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'VIRTUAL SERVICE'],
    rows: wanted.flatMap((config) =>
      list(config['virtual_hosts']).flatMap((host) =>
        list(host['routes']).map((route) => [
          text(config['name']),
          text(host['name']),
          describeDomains((host['domains'] ?? []) as string[]),
          describeMatch(route['match']),
          ruleOf(route),
        ]),
      ),
    ),
    messages: wanted,
    gap: GAP,
  };
}

/** Ports by number, before names. */
function compareNames(left: string, right: string): number {
  return (Number(left) || Infinity) - (Number(right) || Infinity) || compareText(left, right);
}

/** Those without port, without their longer forms; some of them where they are many. */
function describeDomains(domains: readonly string[]): string {
  if (domains.length === 1) return domains[0] ?? '';
  const bare = domains.filter((domain) => !/:\d+$/.test(domain));
  const shortest = bare.filter((domain) => !bare.some((other) => other !== domain && domain.startsWith(`${other}.`)));
  const more = shortest.length - DOMAINS_SHOWN_MAX;
  const shown = shortest.slice(0, DOMAINS_SHOWN_MAX).join(', ');
  return more > 0 ? `${shown} + ${more} more...` : shown;
}

/** `/cart*`, `/cart`, `regex …`; then what else is asked for. */
export function describeMatch(match: Json): string {
  const fields = object(match) ?? {};
  const parts = [pathOf(fields)];
  for (const header of list(fields['headers'])) parts.push(describeHeader(header));
  for (const parameter of list(fields['query_parameters'])) parts.push(`?${text(parameter['name'])}`);
  return parts.join(' ');
}

function pathOf(match: JsonObject): string {
  const { prefix, path, path_separated_prefix: separated, safe_regex: regex } = match;
  if (prefix !== undefined) return `${text(prefix)}*`;
  if (path !== undefined) return text(path);
  if (separated !== undefined) return `PathPrefix:${text(separated)}`;
  if (regex !== undefined) return `regex ${text(at(regex, 'regex'))}`;
  return 'UNKNOWN';
}

function describeHeader(header: JsonObject): string {
  const name = text(header['name']);
  const value = object(header['string_match']) ?? header;
  const not = header['invert_match'] === true ? '!' : '';
  const exact = value['exact'] ?? value['exact_match'];
  if (exact !== undefined) return `${not}${name}=${text(exact)}`;
  const prefix = value['prefix'] ?? value['prefix_match'];
  if (prefix !== undefined) return `${not}${name}=${text(prefix)}*`;
  const regex = at(value, 'safe_regex', 'regex') ?? at(value, 'safe_regex_match', 'regex');
  return regex === undefined ? `${not}${name}` : `${not}${name}~${text(regex)}`;
}

/** `reviews.default`: the rule that the route was made of, or the status that it answers by itself. */
function ruleOf(route: JsonObject): string {
  const metadata = object(at(route, 'metadata', 'filter_metadata'));
  const istio = text(at(metadata, 'istio', 'config'));
  const [, namespace, name] = /namespaces\/([^/]+)\/virtual-service\/([^/]+)$/.exec(istio) ?? [];
  if (name !== undefined) return `${name}.${namespace}`;
  const origin = object(metadata?.['trysail']);
  if (origin?.['name'] !== undefined) return `${text(origin['name'])}.${text(origin['namespace'])}`;
  const status = at(route, 'direct_response', 'status');
  return Number(status) === NOT_FOUND ? '404' : '';
}
