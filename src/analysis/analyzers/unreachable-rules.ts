import type { HttpMatchRequest, VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import type { Subject } from '../subject.js';

/** Fields of a match whose entries are conditions of their own. */
const MAPS: ReadonlySet<string> = new Set(['headers', 'withoutHeaders', 'queryParams', 'sourceLabels']);

interface Rule {
  readonly name?: string;
  readonly match?: readonly object[];
}

export const unreachableRules: Analyzer = {
  name: 'schema.ValidationAnalyzer.VirtualServiceRules',
  description: 'Checks that every route and match of a VirtualService can apply',
  types: [IST.VirtualServiceUnreachableRule, IST.VirtualServiceIneffectiveMatch],
  inputs: ['VirtualService'],
  analyze(world, report) {
    for (const subject of world.all<VirtualService>('VirtualService')) {
      const spec = subject.object.spec as unknown as Readonly<Record<string, readonly Rule[] | undefined>>;
      for (const protocol of ['http', 'tls', 'tcp'])
        checkRules(report, subject, spec[protocol] ?? [], `spec.${protocol}`);
    }
  },
};

function checkRules(report: Report, subject: Subject, rules: readonly Rule[], field: string): void {
  const seen = new Map<string, Seen>();
  let catchAll = -1;
  for (const [i, rule] of rules.entries()) {
    const at = `${field}[${i}]`;
    const unreachable = (why: string): void =>
      report(IST.VirtualServiceUnreachableRule, subject, {
        field: at,
        text: `VirtualService rule ${nameOf(rule, i)} not used (${why}).`,
        fix: 'Remove the route, or move it before the one that takes its requests.',
      });
    if (catchAll >= 0) {
      unreachable(
        rule.match?.length ? 'route without matches defined before' : 'only the last rule can have no matches',
      );
      continue;
    }
    if (!rule.match?.length) {
      catchAll = i;
      continue;
    }
    const repeated = rule.match.filter((match, j) => {
      const earlier = coveredBy(match, seen);
      if (earlier === undefined) {
        seen.set(keyOf(match), { match, rule: i });
        return false;
      }
      report(IST.VirtualServiceIneffectiveMatch, subject, {
        field: `${at}.match[${j}]`,
        text: `VirtualService rule ${nameOf(rule, i)} match ${nameOf(match, j)} is not used (duplicate/overlapping match in rule ${nameOf(rules[earlier]!, earlier)}).`,
        fix: 'Remove the match, or make it narrower than the earlier one.',
      });
      return true;
    });
    if (repeated.length === rule.match.length) unreachable('all matches used by prior rules');
  }
}

interface Seen {
  readonly match: object;
  /** Its index. */
  readonly rule: number;
}

/** The index of an earlier rule that takes every request of the match. */
function coveredBy(match: object, seen: ReadonlyMap<string, Seen>): number | undefined {
  const same = seen.get(keyOf(match));
  if (same !== undefined) return same.rule;
  const { uri, ignoreUriCase } = match as HttpMatchRequest;
  const path = uri?.exact ?? uri?.prefix;
  if (path === undefined || ignoreUriCase) return undefined;
  return [...seen.values()].find((earlier) => isPrefixOf(earlier.match, match, path))?.rule;
}

/** Whether a match asks for nothing more than the other, and for a path that begins as the other's does. */
function isPrefixOf(wide: HttpMatchRequest, narrow: HttpMatchRequest, path: string): boolean {
  const { uri, name: _, ...asked } = wide;
  if (uri?.prefix === undefined || !path.startsWith(uri.prefix)) return false;
  const given = new Set(conditionsOf(narrow));
  return conditionsOf(asked).every((condition) => given.has(condition));
}

/** `headers.cookie {"exact":"a"}`: all of them must hold. */
function conditionsOf(match: HttpMatchRequest): string[] {
  return Object.entries(match).flatMap(([field, value]) =>
    MAPS.has(field)
      ? Object.entries(value as object).map(([key, each]) => `${field}.${key} ${keyOf({ each })}`)
      : [`${field} ${keyOf({ value })}`],
  );
}

function keyOf(match: object): string {
  const { name: _, ...conditions } = match as { name?: string };
  return JSON.stringify(sorted(conditions));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function nameOf(named: object, index: number): string {
  const { name } = named as { name?: string };
  return name ? JSON.stringify(name) : `#${index}`;
}
