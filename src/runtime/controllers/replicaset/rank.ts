import type { PodObject } from '../../../resources/types.js';
import { isReady, readyCondition } from '../framework/pod-state.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The pods to delete first: those that serve least. Kubernetes' order: without a node, pending, not ready, low deletion cost,
 * on a node with many of their like, ready for the shortest time, often restarted, youngest.
 *
 * @param related active pods of the same workload, by which crowded nodes are known
 */
export function rankForDeletion(pods: readonly PodObject[], related: readonly PodObject[]): PodObject[] {
  const onNode = new Map<string, number>();
  for (const { spec } of related) {
    if (spec.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  }
  const crowd = (pod: PodObject): number => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort(
    (a, b) =>
      Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
      phase(a) - phase(b) ||
      Number(isReady(a)) - Number(isReady(b)) ||
      deletionCost(a) - deletionCost(b) ||
      crowd(b) - crowd(a) ||
      later(readySince(a), readySince(b)) ||
      restarts(b) - restarts(a) ||
      later(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''),
  );
}

function phase({ status }: PodObject): number {
  return PHASES[status?.phase ?? 'Pending'] ?? 0;
}

function deletionCost({ metadata }: PodObject): number {
  const cost = Number(metadata.annotations?.[DELETION_COST] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function readySince(pod: PodObject): string {
  return readyCondition(pod)?.lastTransitionTime ?? '';
}

function restarts({ status }: PodObject): number {
  return Math.max(0, ...(status?.containerStatuses ?? []).map((container) => container.restartCount));
}

/** Negative when `a` is later: the later goes first. */
function later(a: string, b: string): number {
  return a === b ? 0 : a > b ? -1 : 1;
}
