import { matchesLabels } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { describe } from './destination-rule-subsets.js';

interface Sidecar extends KubeObject {
  spec?: { workloadSelector?: { labels?: Record<string, string> } };
}

export const sidecarSelectors: Analyzer = {
  name: 'sidecar.SelectorAnalyzer',
  description: 'Checks that Sidecars select pods, and no pod is selected by two',
  types: [
    IST.ReferencedResourceNotFound,
    IST.ConflictingSidecarWorkloadSelectors,
    IST.MultipleSidecarsWithoutWorkloadSelectors,
  ],
  inputs: ['Sidecar'],
  analyze(world, report) {
    const byNamespace = new Map<string, Subject<Sidecar>[]>();
    for (const subject of world.all<Sidecar>('Sidecar')) {
      const namespace = namespaceOf(subject);
      byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), subject]);
    }
    for (const [namespace, sidecars] of byNamespace) checkNamespace(world, report, namespace, sidecars);
  },
};

function checkNamespace(world: World, report: Report, namespace: string, sidecars: readonly Subject<Sidecar>[]): void {
  const general = sidecars.filter((subject) => Object.keys(labelsOf(subject)).length === 0);
  if (general.length > 1) {
    for (const subject of general) {
      report(IST.MultipleSidecarsWithoutWorkloadSelectors, subject, {
        field: 'metadata.name',
        text: `The Sidecars [${namesOf(general)}] in namespace "${namespace}" have no workload selector, which can lead to undefined behavior.`,
        fix: 'Keep one of them, and give the others a workloadSelector.',
      });
    }
  }
  const selective = sidecars.filter((subject) => !general.includes(subject));
  const reported = new Set<Subject>();
  for (const { labels, subject: pod } of world.workloads.in(namespace)) {
    const selecting = selective.filter((subject) => matchesLabels(labelsOf(subject), labels));
    if (selecting.length < 2) continue;
    for (const subject of selecting.filter((each) => !reported.has(each))) {
      reported.add(subject);
      report(IST.ConflictingSidecarWorkloadSelectors, subject, {
        field: 'spec.workloadSelector.labels',
        text: `The Sidecars [${namesOf(selecting)}] in namespace "${namespace}" select the same workload pod "${pod.object.metadata.name}", which can lead to undefined behavior.`,
        fix: 'Select by labels that no pod has for both, or merge them.',
      });
    }
  }
  if (!world.knowsPods(namespace)) return;
  for (const subject of selective.filter((each) => !world.workloads.has(labelsOf(each), namespace))) {
    report(IST.ReferencedResourceNotFound, subject, {
      field: 'spec.workloadSelector.labels',
      text: `Referenced selector not found: "${describe(labelsOf(subject))}"`,
      fix: 'Use labels that pods of the namespace have.',
    });
  }
}

function labelsOf({ object }: Subject<Sidecar>): Readonly<Record<string, string>> {
  return object.spec?.workloadSelector?.labels ?? {};
}

function namesOf(sidecars: readonly Subject[]): string {
  return sidecars
    .map(({ object }) => object.metadata.name)
    .sort()
    .join(' ');
}
