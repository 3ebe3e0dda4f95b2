import type { Pod } from 'kubernetes-types/core/v1.js';
import type { PolicyConfig, PolicyWorkload } from '../../policy/index.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import { groupBy } from '../group-by.js';
import type { Service } from '../model/types.js';
import { type MeshSnapshot, namespaceOf } from '../snapshot.js';
import { compiledPolicy } from './compiled-policy.js';

/** What policy needs of a mesh: the rules, and who there is to call. */
export interface PolicyModel {
  readonly config: PolicyConfig;
  /** In the order of pods. */
  readonly workloads: readonly PolicyWorkload[];
}

/** Undefined where no rule does anything. */
export function buildPolicyModel(
  snapshot: MeshSnapshot,
  services: ReadonlyMap<string, Service>,
): PolicyModel | undefined {
  const { config } = compiledPolicy(snapshot);
  if (config.rules.length === 0) return undefined;
  const selecting = [...services.values()].filter(({ selector }) => selector !== undefined);
  const byNamespace = groupBy(selecting, ({ namespace }) => namespace);
  const workloads = snapshot.pods.flatMap((pod) => workloadOf(pod, byNamespace.get(namespaceOf(pod)) ?? []));
  return { config, workloads };
}

interface Remembered {
  readonly service: string | undefined;
  readonly workload: PolicyWorkload;
}

const memory = new WeakMap<KubeObject, Remembered>();

/** The same workload while nothing that it was made of has changed, so that what was encoded of it is used again. */
function workloadOf(pod: KubeObject, services: readonly Service[]): PolicyWorkload[] {
  const { metadata, spec, status } = pod as unknown as Pod;
  if (!status?.podIP) return [];
  const labels = metadata?.labels ?? {};
  const service = services.find(({ selector }) => matchesLabels(selector, labels))?.hostname;
  const known = memory.get(pod);
  if (known !== undefined && known.service === service) return [known.workload];
  const workload: PolicyWorkload = {
    name: metadata?.name ?? '',
    namespace: namespaceOf(pod),
    ip: status.podIP,
    labels,
    serviceAccount: spec?.serviceAccountName ?? 'default',
    ...(service !== undefined && { service }),
  };
  memory.set(pod, { service, workload });
  return [workload];
}
