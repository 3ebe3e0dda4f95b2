import type { PodCondition } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';

/** Neither ended nor being deleted: counts as a replica. */
export function isActive(pod: PodObject): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function hasEnded({ status }: PodObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isReady(pod: PodObject): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** Milliseconds until a ready pod has been so for `minReadySeconds`; 0 when it is available, undefined when it is not ready. */
export function availableIn_ms(pod: PodObject, minReadySeconds: number, now_ms: number): number | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const since_ms = Date.parse(condition.lastTransitionTime ?? '');
  return Number.isNaN(since_ms) ? undefined : Math.max(0, since_ms + minReadySeconds * 1000 - now_ms);
}

export function readyCondition({ status }: PodObject): PodCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === 'Ready');
}
