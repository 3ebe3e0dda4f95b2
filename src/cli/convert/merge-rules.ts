import { groupBy } from '../../compiler/group-by.js';
import { buildDestinationRules } from '../../compiler/model/destination-rules.js';
import { mergeRules } from '../../compiler/model/merge-rules.js';
import { convertedFrom, originsOf } from '../../compiler/origin.js';
import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';

/**
 * One DestinationRule for each host, where the mesh itself adds up what several older objects say of it: policies of the service,
 * and the TLS of an EgressRule. Rules for certain callers stay apart.
 */
export function mergedByHost(rules: readonly DestinationRule[], domain: string): DestinationRule[] {
  const groups = groupBy(rules, ({ metadata, spec }) =>
    JSON.stringify([spec.host, metadata.namespace, spec.workloadSelector ?? null]),
  );
  return [...groups.values()].map((group) => (group.length === 1 ? group[0]! : mergeGroup(group, domain)));
}

function mergeGroup(group: readonly DestinationRule[], domain: string): DestinationRule {
  const first = group[0]!;
  const models = [...buildDestinationRules(group, domain).values()].flat();
  const { subsets, trafficPolicy } = mergeRules(models);
  const bySubset = [...subsets].map(([name, { labels, trafficPolicy: own }]) => ({
    name,
    labels: { ...labels },
    ...(own ? { trafficPolicy: own } : {}),
  }));
  const origins = group.flatMap(originsOf).map(({ kind, namespace, name }) => ({
    apiVersion: '',
    kind,
    metadata: { namespace, name },
  }));
  return {
    ...first,
    metadata: { ...first.metadata, annotations: convertedFrom(origins) },
    spec: {
      ...first.spec,
      ...(trafficPolicy ? { trafficPolicy } : {}),
      ...(bySubset.length > 0 ? { subsets: bySubset } : {}),
    },
  };
}
