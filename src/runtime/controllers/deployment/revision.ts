import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { sameJson } from '../../../resources/same-json.js';
import type { DeploymentObject, ReplicaSetObject } from '../../../resources/types.js';

export const TEMPLATE_HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations that are a Deployment's own and not its replica sets'. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

export function revisionOf(set: ReplicaSetObject): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** The oldest of the sets that have the Deployment's template. */
export function findNewReplicaSet(
  deployment: DeploymentObject,
  sets: readonly ReplicaSetObject[],
): ReplicaSetObject | undefined {
  return byAge(sets).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

/** Oldest first. */
export function byAge(sets: readonly ReplicaSetObject[]): ReplicaSetObject[] {
  const age = ({ metadata }: ReplicaSetObject): string => `${metadata.creationTimestamp} ${metadata.name}`;
  return [...sets].sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

/** Equal but for the hash label that the replica set's has. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** What a replica set inherits, such as `kubernetes.io/change-cause`. */
export function inheritedAnnotations({ metadata }: DeploymentObject): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)));
}

/** Annotations of the new replica set, with its revision raised above all old ones and the previous one remembered. */
export function annotationsOfNew(
  deployment: DeploymentObject,
  set: ReplicaSetObject | undefined,
  old: readonly ReplicaSetObject[],
): Record<string, string> {
  const annotations = { ...set?.metadata.annotations, ...inheritedAnnotations(deployment) };
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const before = set ? revisionOf(set) : 0;
  if (before >= revision) return annotations;
  if (before > 0) {
    const history = annotations[REVISION_HISTORY];
    annotations[REVISION_HISTORY] = history ? `${history},${before}` : String(before);
  }
  annotations[REVISION] = String(revision);
  return annotations;
}
