import { memo } from '../memo.js';
import { meshOf } from '../model/mesh.js';
import type { MeshSnapshot } from '../snapshot.js';
import { compiledPolicy, type MeshPolicy } from './compiled-policy.js';
import { policyForServices } from './policy-for-services.js';

export type { MeshPolicy };
export { policyForServices };

const policies = new WeakMap<MeshSnapshot, MeshPolicy>();

/** The same snapshot gives the same policy, built once. */
export function policyOf(snapshot: MeshSnapshot): MeshPolicy {
  return memo(policies, snapshot, () => {
    const compiled = compiledPolicy(snapshot);
    const { services } = meshOf(snapshot);
    const { problems, services: named } = compiled;
    return {
      config: compiled.config,
      problems: [...problems, ...named.flatMap((one) => one((host) => services.has(host)))],
    };
  });
}
