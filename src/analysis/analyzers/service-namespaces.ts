import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Analyzer } from '../analyzer.js';
import { TRY } from '../codes.js';
import { namespaceOf } from '../subject.js';
import { describe } from './destination-rule-subsets.js';

export const serviceNamespaces: Analyzer = {
  name: 'service.NamespaceAnalyzer',
  description: 'Checks that services are in the namespace of their pods',
  types: [TRY.ServiceAndPodsApart],
  inputs: ['Service'],
  analyze(world, report) {
    for (const subject of world.all('Service')) {
      const { selector = {} } = (subject.object['spec'] ?? {}) as ServiceSpec;
      const namespace = namespaceOf(subject);
      if (Object.keys(selector).length === 0 || world.workloads.has(selector, namespace)) continue;
      const pods = world.workloads.select(selector).filter((pod) => !world.isUnplaced(pod.subject));
      if (world.isUnplaced(subject)) continue;
      const elsewhere = new Set(pods.map((workload) => workload.namespace));
      // Where a namespace has a service of its own for the pods, this one is another copy.
      const lost = [...elsewhere].filter(
        (other) => world.find('Service', other, subject.object.metadata.name) === undefined,
      );
      if (lost.length === 0) continue;
      report(TRY.ServiceAndPodsApart, subject, {
        field: 'spec.selector',
        text: `The service selects ${describe(selector)} in the namespace ${namespace}, where no pod has these labels; pods that have them are in ${lost.join(', ')}`,
        fix: `Create the service in the namespace ${lost[0]}: a service finds pods of its own namespace only.`,
      });
    }
  },
};
