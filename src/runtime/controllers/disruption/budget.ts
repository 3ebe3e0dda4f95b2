import type { PodDisruptionBudgetObject, PodObject } from '../../../resources/types.js';
import { isReady } from '../framework/pod-state.js';

/** After so long a pod that was to be evicted, and still is there, counts again. */
export const DISRUPTED_MS_MAX = 2 * 60_000;

export interface Counts {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/**
 * How many pods a budget expects, and how many of them must be healthy.
 * @param scale replicas that the pods' owners ask for; undefined where one of them has no such number
 */
export function countsOf(
  { spec }: PodDisruptionBudgetObject,
  pods: readonly PodObject[],
  scale: number | undefined,
): Counts | undefined {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    if (scale === undefined) return undefined;
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - portion(maxUnavailable, scale)) };
  }
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
  if (minAvailable === undefined) return { expectedPods: pods.length, desiredHealthy: pods.length };
  if (scale === undefined) return undefined;
  return { expectedPods: scale, desiredHealthy: portion(minAvailable, scale) };
}

/** Percents round up, as in Kubernetes. */
function portion(value: number | string, of: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * of) / 100);
}

/** Ready, and neither being deleted nor about to be. */
export function healthyCount(pods: readonly PodObject[], disrupted: Readonly<Record<string, unknown>>): number {
  return pods.filter((pod) => {
    const { deletionTimestamp, name } = pod.metadata;
    return !deletionTimestamp && disrupted[name] === undefined && isReady(pod);
  }).length;
}
