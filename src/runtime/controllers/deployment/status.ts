import type { DeploymentCondition, DeploymentStatus } from 'kubernetes-types/apps/v1.js';
import type { DeploymentObject, ReplicaSetObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { deadline_ms, isComplete, progressCondition } from './progress.js';
import { rollingLimits } from './rolling.js';

/** Conditions have whole seconds: a little later the deadline is surely over. */
const SLACK_MS = 1000;
/** Timers cannot wait longer than 24 days. */
const CHECK_MAX_MS = 24 * 60 * 60_000;

/** The counts and conditions of a Deployment, from those of its replica sets. */
export function deploymentStatus(
  deployment: DeploymentObject,
  newSet: ReplicaSetObject | undefined,
  all: readonly ReplicaSetObject[],
  now_ms: number,
): DeploymentStatus {
  const counts = countsOf(deployment, newSet, all);
  const conditions = [...(deployment.status?.conditions ?? [])];
  setCondition(conditions, availability(deployment, counts.availableReplicas ?? 0), now_ms);
  const progress = progressCondition(deployment, newSet, counts, now_ms);
  if (progress) setCondition(conditions, progress, now_ms, progress.touched);
  return { ...counts, ...(conditions.length > 0 && { conditions }) };
}

/** When to look again whether an update that does not move has failed, in milliseconds from now. */
export function progressCheckIn_ms(deployment: DeploymentObject, now_ms: number): number | undefined {
  const { status, spec } = deployment;
  const progress = status?.conditions?.find((condition) => condition.type === 'Progressing');
  if (progress?.status !== 'True' || progress.reason === 'NewReplicaSetAvailable') return undefined;
  if (spec.paused || isComplete(deployment, status ?? {})) return undefined;
  const wait_ms = deadline_ms(deployment, progress.lastUpdateTime) - now_ms;
  return Number.isFinite(wait_ms) ? Math.min(Math.max(0, wait_ms) + SLACK_MS, CHECK_MAX_MS) : undefined;
}

function countsOf(
  { metadata, status }: DeploymentObject,
  newSet: ReplicaSetObject | undefined,
  all: readonly ReplicaSetObject[],
): DeploymentStatus {
  const sum = (part: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    all.reduce((total, set) => total + (set.status?.[part] ?? 0), 0);
  const wanted = all.reduce((total, set) => total + (set.spec.replicas ?? 0), 0);
  const unavailable = Math.max(0, wanted - sum('availableReplicas'));
  return {
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(status?.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    ...nonZero({
      replicas: sum('replicas'),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: sum('availableReplicas'),
      unavailableReplicas: unavailable,
    }),
  };
}

/** Kubernetes leaves out counts that are zero. */
function nonZero(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

export type NewCondition = Omit<DeploymentCondition, 'lastUpdateTime' | 'lastTransitionTime'>;

function availability(deployment: DeploymentObject, available: number): NewCondition {
  const enough = available >= (deployment.spec.replicas ?? 1) - rollingLimits(deployment).maxUnavailable;
  return {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  };
}

/** @param touched also an unchanged condition is to say that it was looked at now: something progressed */
function setCondition(conditions: DeploymentCondition[], next: NewCondition, now_ms: number, touched = false): void {
  const at = rfc3339(now_ms);
  const index = conditions.findIndex((condition) => condition.type === next.type);
  const old = conditions[index];
  const { type, status, reason = '', message = '' } = next;
  if (old?.status === status && old.reason === reason && !touched) return;
  const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? at) : at;
  const condition = { type, status, reason, message, lastUpdateTime: at, lastTransitionTime };
  if (index < 0) conditions.push(condition);
  else conditions[index] = condition;
}
