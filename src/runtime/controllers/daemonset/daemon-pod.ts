import type { NodeAffinity, Toleration } from 'kubernetes-types/core/v1.js';
import type { DaemonSetObject, NodeObject, PodObject } from '../../../resources/types.js';
import { podFromTemplate } from '../framework/pod-control.js';
import { REVISION_HASH_LABEL } from '../revisions/controller-revisions.js';

const NODE_TAINT = 'node.kubernetes.io/';

/** What a daemon bears, since it is there for the node and not for users. */
const TOLERATIONS: readonly Toleration[] = [
  ...['not-ready', 'unreachable'].map((key) => ({ key: NODE_TAINT + key, operator: 'Exists', effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((key) => ({
    key: NODE_TAINT + key,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
];

/** A DaemonSet's pod for one node: the scheduler can choose no other. */
export function daemonPod(set: DaemonSetObject, node: string, hash: string): PodObject {
  const pod = podFromTemplate(set);
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION_HASH_LABEL]: hash };
  pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...TOLERATIONS];
  pod.spec.affinity = { ...pod.spec.affinity, nodeAffinity: onlyOn(node, pod.spec.affinity?.nodeAffinity) };
  return pod;
}

/** The node that a daemon's pod is for, before the scheduler has bound it. */
export function nodeOf({ spec }: PodObject): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key }) => key === 'metadata.name')?.values?.[0];
}

/** A pod as it would stand on a node, to ask the scheduler's rules about. */
export function trialPod(set: DaemonSetObject, { metadata }: NodeObject): PodObject {
  return daemonPod(set, metadata.name, '');
}

function onlyOn(node: string, affinity: NodeAffinity | undefined): NodeAffinity {
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms = terms.map((term) => ({ ...term, matchFields: [field] }));
  return { ...affinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
}
