import { compareText, keyOf } from '../../compiler/ordering.js';
import { subsetNameOf } from '../../compiler/translate/subset-name.js';
import type { DestinationPolicy } from '../../resources/istio/destinationpolicy/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { TRY } from '../codes.js';
import { missingHostFix } from '../missing-host.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { describe } from './destination-rule-subsets.js';
import { hostOf } from './older-hosts.js';

export const destinationPolicies: Analyzer = {
  name: 'destinationpolicy.Analyzer',
  description: 'Checks that DestinationPolicies are for something, and no two for the same',
  types: [TRY.DestinationPoliciesConflict, TRY.PolicyWithoutRoute, TRY.RouteRuleDestinationNotFound],
  inputs: ['DestinationPolicy'],
  analyze(world, report) {
    const first = new Map<string, Subject<DestinationPolicy>>();
    const policies = world.all<DestinationPolicy>('DestinationPolicy');
    for (const subject of policies.toSorted((left, right) => compareText(keyOf(left.object), keyOf(right.object)))) {
      const { destination, source } = subject.object.spec;
      const host = hostOf(world, destination, namespaceOf(subject));
      const caller = source ? `${hostOf(world, source, namespaceOf(subject))} ${describe(source.labels ?? {})}` : '';
      const key = `${host} ${subsetNameOf(destination.labels) ?? ''} ${caller}`;
      const by = first.get(key);
      if (by === undefined) first.set(key, subject);
      else reportConflict(report, subject, by, host);
      checkHost(world, report, subject, host);
    }
  },
};

function reportConflict(
  report: Report,
  subject: Subject<DestinationPolicy>,
  by: Subject<DestinationPolicy>,
  host: string,
): void {
  const { labels } = subject.object.spec.destination;
  const what = labels ? `${host} with the labels ${describe(labels)}` : host;
  report(TRY.DestinationPoliciesConflict, subject, {
    field: 'spec.destination',
    text: `Never applies: DestinationPolicy ${fullName(by)} is for ${what} too, and its name is before this one’s`,
    fix: 'Merge the two: of several for one destination one alone applies, as a whole.',
  });
}

function checkHost(world: World, report: Report, subject: Subject<DestinationPolicy>, host: string): void {
  const { destination } = subject.object.spec;
  const namespace = namespaceOf(subject);
  if (world.hosts.all(host).length === 0) {
    if (!world.knowsHost(host, namespace)) return;
    report(TRY.RouteRuleDestinationNotFound, subject, {
      field: 'spec.destination',
      text: `No service ${host} exists: the policy is for no connection`,
      fix: missingHostFix(world, host, namespace),
    });
    return;
  }
  const name = subsetNameOf(destination.labels);
  if (name === undefined || isRouted(world, host, name)) return;
  const owner = world.hosts.serviceOf(host)?.namespace ?? namespace;
  if (![owner, namespace].some((each) => world.knowsAll('RouteRule', each))) return;
  report(TRY.PolicyWithoutRoute, subject, {
    field: 'spec.destination.labels',
    text: `Never applies: no RouteRule routes to ${host} with exactly the labels ${describe(destination.labels ?? {})}`,
    fix: 'Create a RouteRule that routes to them, or remove the labels from the policy.',
  });
}

function isRouted(world: World, host: string, name: string): boolean {
  return world.all<RouteRule>('RouteRule').some((subject) => {
    const { destination, route = [] } = subject.object.spec;
    return route.some(
      (entry) =>
        hostOf(world, entry.destination ?? destination, namespaceOf(subject)) === host &&
        subsetNameOf(entry.labels ?? entry.destination?.labels) === name,
    );
  });
}
