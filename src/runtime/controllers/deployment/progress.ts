import type { DeploymentStatus } from 'kubernetes-types/apps/v1.js';
import type { DeploymentObject, ReplicaSetObject } from '../../../resources/types.js';
import type { NewCondition } from './status.js';

const AVAILABLE = 'NewReplicaSetAvailable';
const TIMED_OUT = 'ProgressDeadlineExceeded';

/** Kubernetes' way to say that a Deployment has no deadline; the default of extensions/v1beta1. */
const NO_DEADLINE_SECONDS = 2 ** 31 - 1;
const DEFAULT_DEADLINE_SECONDS = 600;

/** Wall time in milliseconds by which something must move, if the last that moved did so at `lastUpdateTime`. */
export function deadline_ms({ spec }: DeploymentObject, lastUpdateTime: string | undefined): number {
  const seconds = spec.progressDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS;
  return seconds >= NO_DEADLINE_SECONDS ? Number.POSITIVE_INFINITY : Date.parse(lastUpdateTime ?? '') + seconds * 1000;
}

/** All replicas are of the new template and available, and none of an old one is left. */
export function isComplete({ metadata, spec }: DeploymentObject, status: DeploymentStatus): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/**
 * Whether the update moves. Undefined: as before. `touched` marks that something moved since the last look.
 */
export function progressCondition(
  deployment: DeploymentObject,
  newSet: ReplicaSetObject | undefined,
  counts: DeploymentStatus,
  now_ms: number,
): (NewCondition & { readonly touched: boolean }) | undefined {
  const { spec, status } = deployment;
  const current = status?.conditions?.find((condition) => condition.type === 'Progressing');
  if (spec.paused) return pausedCondition(current?.reason);
  const about = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const done = isComplete(deployment, counts);
  const renewed = newSetIsNew(newSet, current?.message);
  if (done && (renewed || current?.reason !== AVAILABLE)) {
    return condition('True', AVAILABLE, `${about} has successfully progressed.`, true);
  }
  if (renewed) {
    return condition('True', 'NewReplicaSetCreated', `Created new replica set "${newSet?.metadata.name}"`, true);
  }
  // Only a change of the template starts a new progress; scaling what is there is none.
  if (!current || current.reason === AVAILABLE) return undefined;
  if (moved(counts, status ?? {})) return condition('True', 'ReplicaSetUpdated', `${about} is progressing.`, true);
  if (now_ms >= deadline_ms(deployment, current.lastUpdateTime))
    return condition('False', TIMED_OUT, `${about} has timed out progressing.`);
  return undefined;
}

function newSetIsNew(newSet: ReplicaSetObject | undefined, message = ''): boolean {
  return newSet !== undefined && !message.includes(`"${newSet.metadata.name}"`);
}

function pausedCondition(reason: string | undefined): (NewCondition & { touched: boolean }) | undefined {
  if (reason === 'DeploymentPaused') return undefined;
  return condition('Unknown', 'DeploymentPaused', 'Deployment is paused');
}

function moved(now: DeploymentStatus, before: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function condition(
  status: string,
  reason: string,
  message: string,
  touched = false,
): NewCondition & { readonly touched: boolean } {
  return { type: 'Progressing', status, reason, message, touched };
}
