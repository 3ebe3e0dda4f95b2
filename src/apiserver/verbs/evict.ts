import { matchesLabelSelector } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import type { PodDisruptionBudgetObject, PodObject } from '../../resources/types.js';
import { StatusError } from '../status-error.js';

const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget.";
const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
/** Seconds after which a client may ask again where the controller is yet to look at a budget. */
const PROCESSING_RETRY_S = 10;

/**
 * Whether a pod may be evicted now.
 * @param budgets those of its namespace
 * @returns the budget that this eviction takes from, undefined where it takes from none
 * @throws StatusError TooManyRequests
 */
export function budgetToCharge(
  pod: PodObject,
  budgets: readonly PodDisruptionBudgetObject[],
): PodDisruptionBudgetObject | undefined {
  if (isFree(pod)) return undefined;
  const matching = budgets.filter(({ spec }) => matchesLabelSelector(spec?.selector, pod.metadata.labels));
  if (matching.length > 1) throw new StatusError(500, 'InternalError', SEVERAL);
  const [budget] = matching;
  if (!budget) return undefined;
  const {
    currentHealthy = 0,
    desiredHealthy = 0,
    disruptionsAllowed = 0,
    observedGeneration = 0,
  } = budget.status ?? {};
  if (!isReady(pod)) {
    const isHealthy = currentHealthy >= desiredHealthy && desiredHealthy > 0;
    if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || isHealthy) return undefined;
  }
  const { name, generation = 0 } = budget.metadata;
  if (observedGeneration < generation) {
    throw violated(`The disruption budget ${name} is still being processed by the server.`, PROCESSING_RETRY_S);
  }
  if (disruptionsAllowed <= 0) {
    throw violated(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  return budget;
}

/** The budget after one more eviction. */
export function charged(budget: KubeObject, pod: string, at: string): KubeObject {
  const { status } = budget as PodDisruptionBudgetObject;
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: (status?.disruptionsAllowed ?? 0) - 1,
      disruptedPods: { ...status?.disruptedPods, [pod]: at },
    },
  } as KubeObject;
}

/** Nobody misses it. */
function isFree({ metadata, status }: PodObject): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase !== 'Running';
}

function isReady({ status }: PodObject): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function violated(message: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(429, 'TooManyRequests', VIOLATED, {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
