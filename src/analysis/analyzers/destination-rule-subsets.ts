import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { ServiceEntry } from '../../resources/istio/serviceentry/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { WorkloadEntry } from '../../resources/istio/workloadentry/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import type { KnownHost } from '../hosts.js';
import { missingHostFix } from '../missing-host.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { destinationsOf } from './virtual-service-destinations.js';

/** Labels that endpoints get from the node or cluster where they run. */
const FROM_PLACE = /^(topology\.(kubernetes\.io|istio\.io)\/|kubernetes\.io\/hostname$)/;

export const destinationRuleSubsets: Analyzer = {
  name: 'destinationrule.SubsetSelectPodAnalyzer',
  description: 'Checks that the hosts of DestinationRules exist and that their subsets select pods',
  types: [IST.UnknownDestinationRuleHost, IST.DestinationRuleSubsetNotSelectPods],
  inputs: ['DestinationRule'],
  analyze(world, report) {
    const used = usedSubsets(world);
    for (const subject of world.all<DestinationRule>('DestinationRule')) {
      const namespace = namespaceOf(subject);
      const host = world.hosts.resolve(subject.object.spec.host, namespace);
      const known = world.hosts.find(host, namespace);
      if (known !== undefined) checkSubsets(world, report, subject, { known, used: used.get(host) });
      else if (!host.startsWith('*') && world.knowsHost(host, namespace)) {
        report(IST.UnknownDestinationRuleHost, subject, {
          field: 'spec.host',
          text: `The host ${subject.object.spec.host} defined in the DestinationRule does not match any services in the mesh.`,
          fix: missingHostFix(world, host, namespace),
        });
      }
    }
  },
};

/** Host -> subsets to which a VirtualService routes. */
function usedSubsets(world: World): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const subject of world.all<VirtualService>('VirtualService')) {
    for (const { destination } of destinationsOf(subject)) {
      if (!destination.subset) continue;
      const host = world.hosts.resolve(destination.host, namespaceOf(subject));
      used.set(host, (used.get(host) ?? new Set()).add(destination.subset));
    }
  }
  return used;
}

function checkSubsets(
  world: World,
  report: Report,
  subject: Subject<DestinationRule>,
  { known, used }: { readonly known: KnownHost; readonly used: ReadonlySet<string> | undefined },
): void {
  for (const [i, { name, labels = {} }] of (subject.object.spec.subsets ?? []).entries()) {
    const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !FROM_PLACE.test(key)));
    const mayHavePods = Object.keys(own).length === 0 || selects(world, known, own) !== false;
    if (mayHavePods && !hasEmptyPlace(labels)) continue;
    report(IST.DestinationRuleSubsetNotSelectPods, subject, {
      // People list the versions that there may be; only a request that is routed to one fails.
      ...(used?.has(name) ? {} : { level: 'Info' }),
      field: `spec.subsets[${i}].labels`,
      text: `The Subset ${name} defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).`,
      fix: `Give pods of ${known.host} the labels ${describe(labels)}, or correct the subset's.`,
    });
  }
}

/** A place without name is nowhere. */
function hasEmptyPlace(labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).some(([key, value]) => FROM_PLACE.test(key) && value === '');
}

type Labels = Readonly<Record<string, string>>;

/** Whether anything that the host leads to has the labels; undefined where nobody can know. */
function selects(world: World, known: KnownHost, labels: Labels): boolean | undefined {
  const ofEntry =
    known.subject.object.kind === 'ServiceEntry' ? (known.subject.object as ServiceEntry).spec : undefined;
  const selector = ofEntry ? ofEntry.workloadSelector?.labels : known.selector;
  // Endpoints without a selector are written by hand: in the ServiceEntry, or where it cannot be seen.
  if (selector === undefined) {
    return ofEntry?.endpoints?.length ? ofEntry.endpoints.some((one) => matchesLabels(labels, one.labels)) : undefined;
  }
  const wanted = { ...selector, ...labels };
  if (world.workloads.has(wanted, known.namespace) || hasWorkloadEntry(world, wanted, known.namespace)) return true;
  return world.knowsPods(known.namespace) ? false : undefined;
}

/** Machines outside are selected as pods are, by services and by ServiceEntries. */
function hasWorkloadEntry(world: World, wanted: Labels, namespace: string): boolean {
  return world
    .all<WorkloadEntry>('WorkloadEntry')
    .some((entry) => namespaceOf(entry) === namespace && matchesLabels(wanted, entry.object.spec.labels));
}

export function describe(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
