import { parsePolicyName } from '../../resources/istio/policy/names.js';
import { memo } from '../memo.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh } from '../model/types.js';
import type { ObjectRef } from '../snapshot.js';
import { policyForServices } from './policy-for-services.js';
import type { PolicyModel } from './policy-model.js';
import { servicesOf } from './policy-resources.js';

const ofProxies = new WeakMap<PolicyModel, Map<string, readonly ObjectRef[]>>();
const NONE: readonly ObjectRef[] = [];

/** The objects that a sidecar's policy is made of. */
export function policyObjects(mesh: Mesh, proxy: ProxyNode): readonly ObjectRef[] {
  const { policy } = mesh;
  if (policy === undefined || proxy.kind !== 'sidecar') return NONE;
  const known = memo(ofProxies, policy, () => new Map<string, readonly ObjectRef[]>());
  return memo(known, proxy.workload, () => {
    const hosts = servicesOf(mesh, proxy).map(({ hostname }) => hostname);
    const { rules, handlers, instances, quotaSpecs } = policyForServices(policy.config, hosts);
    if (rules.length === 0) return NONE;
    const named = [...Object.keys(handlers), ...Object.keys(instances)];
    return [
      ...rules.map(({ namespace, name }) => ({ kind: 'rule', namespace, name })),
      ...named.flatMap((name) => parsePolicyName(name, '') ?? []),
      ...quotaSpecs.map(({ name }) => refOf('QuotaSpec', name)),
      ...quotaSpecs.flatMap(({ bindings }) => bindings.map((name) => refOf('QuotaSpecBinding', name))),
    ];
  });
}

/** @param key `namespace/name` */
function refOf(kind: string, key: string): ObjectRef {
  const [namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}
