import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer } from '../analyzer.js';
import { TRY } from '../codes.js';
import { namespaceOf } from '../subject.js';
import type { Workload } from '../workloads.js';
import type { World } from '../world.js';
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
      if (world.isUnplaced(subject)) continue;
      // Pods that have a service of their own are not what this one misses.
      const pods = world.workloads
        .select(selector)
        .filter((pod) => !world.isUnplaced(pod.subject) && !hasService(world, pod));
      const lost = [...new Set(pods.map((pod) => pod.namespace))];
      if (lost.length === 0) continue;
      report(TRY.ServiceAndPodsApart, subject, {
        field: 'spec.selector',
        text: `The service selects ${describe(selector)} in the namespace ${namespace}, where no pod has these labels; pods that have them are in ${lost.join(', ')}`,
        fix: `Create the service in the namespace ${lost[0]}: a service finds pods of its own namespace only.`,
      });
    }
  },
};

function hasService(world: World, { namespace, labels }: Workload): boolean {
  return world.all('Service').some((service) => {
    const { selector = {} } = (service.object['spec'] ?? {}) as ServiceSpec;
    return namespaceOf(service) === namespace && Object.keys(selector).length > 0 && matchesLabels(selector, labels);
  });
}
