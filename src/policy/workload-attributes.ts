import { canonicalIp, type StringMap, type Value } from '../expr/index.js';
import type { PolicyWorkload } from './delivery.js';

/** Attributes of one side of a call, without the side's prefix: `labels`, `namespace`, … */
export function workloadAttributes(workload: PolicyWorkload): ReadonlyMap<string, Value> {
  const { name, namespace, ip, labels, serviceAccount, service } = workload;
  const map: StringMap = new Map(Object.entries(labels));
  const address = canonicalIp(ip);
  return new Map<string, Value>([
    ['uid', `kubernetes://${name}.${namespace}`],
    ['name', name],
    ['namespace', namespace],
    ['labels', map],
    ['serviceAccount', serviceAccount],
    ['workload.name', name],
    ['workload.namespace', namespace],
    ...(service === undefined ? [] : ([['service', service]] as const)),
    ...(address === undefined ? [] : ([['ip', address]] as const)),
  ]);
}
