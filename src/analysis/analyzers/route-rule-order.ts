import { resolveIstioService } from '../../compiler/hostname.js';
import { compareText, keyOf } from '../../compiler/ordering.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { Analyzer } from '../analyzer.js';
import { TRY } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';

export const routeRuleOrder: Analyzer = {
  name: 'routerule.OrderAnalyzer',
  description: 'Checks that no RouteRule is hidden by one that comes first',
  types: [TRY.RouteRuleShadowed],
  inputs: ['RouteRule'],
  analyze(world, report) {
    for (const rules of byHost(world).values()) {
      for (const [i, subject] of rules.entries()) {
        const by = rules.slice(0, i).find((earlier) => covers(earlier, subject));
        if (by === undefined) continue;
        const precedence = `precedence ${precedenceOf(subject)} against ${precedenceOf(by)}`;
        const why = by.object.spec.match ? 'has the same match' : 'has no match';
        const same = precedenceOf(subject) === precedenceOf(by);
        report(TRY.RouteRuleShadowed, subject, {
          field: subject.object.spec.precedence === undefined ? 'metadata.name' : 'spec.precedence',
          text: `Never applies: RouteRule ${fullName(by)} ${why} and comes first (${precedence}${same ? ', and its name is before this one’s' : ''})`,
          fix: `Give it a precedence above ${precedenceOf(by)}, or delete one of the two.`,
        });
      }
    }
  },
};

/** The rules of each destination in the order in which Istio 0.7 tried them. */
function byHost(world: World): Map<string, Subject<RouteRule>[]> {
  const rules = new Map<string, Subject<RouteRule>[]>();
  for (const subject of world.all<RouteRule>('RouteRule')) {
    const host = resolveIstioService(subject.object.spec.destination, namespaceOf(subject), world.options.domain);
    rules.set(host, [...(rules.get(host) ?? []), subject]);
  }
  for (const [host, list] of rules) rules.set(host, list.toSorted(inOrder));
  return rules;
}

function inOrder(left: Subject<RouteRule>, right: Subject<RouteRule>): number {
  return precedenceOf(right) - precedenceOf(left) || compareText(keyOf(left.object), keyOf(right.object));
}

function precedenceOf({ object }: Subject<RouteRule>): number {
  return object.spec.precedence ?? 0;
}

/** Whether every request of a rule is one of the earlier rule too. */
function covers(earlier: Subject<RouteRule>, later: Subject<RouteRule>): boolean {
  const wide = conditionsOf(earlier);
  const narrow = new Set(conditionsOf(later));
  return wide.every((condition) => narrow.has(condition));
}

/** All of them must hold: each as text. */
function conditionsOf(subject: Subject<RouteRule>): string[] {
  const { source, request, ...others } = subject.object.spec.match ?? {};
  const from = source && [
    `source ${source.service ?? source.name}.${source.namespace ?? namespaceOf(subject)}`,
    ...Object.entries(source.labels ?? {}).map(([key, value]) => `label ${key}=${value}`),
  ];
  const headers = Object.entries(request?.headers ?? {}).map(
    ([name, match]) => `header ${name} ${JSON.stringify(Object.entries(match).sort())}`,
  );
  const rest = Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [...(from ?? []), ...headers, ...rest];
}
