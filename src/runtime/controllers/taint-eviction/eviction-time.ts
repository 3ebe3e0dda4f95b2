import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from '../scheduler/filters.js';
import { tolerates } from '../scheduler/tolerations.js';

/** Kubernetes' defaultTolerationSeconds for nodes in trouble, of pods that say nothing of it. */
const DEFAULT_TOLERATION_S = 300;

/**
 * When a pod must leave a node with these taints, all of effect NoExecute.
 * @param since_ms when a taint came
 * @returns undefined: it may stay; what has passed: it is to leave at once
 */
export function evictionTime(
  { spec }: PodObject,
  taints: readonly Taint[],
  since_ms: (taint: Taint) => number,
): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    const found = tolerationsOf(spec.tolerations ?? [], taint);
    const seconds = found.map(({ tolerationSeconds }) => tolerationSeconds);
    // One without a time tolerates for ever; of those with one the shortest counts.
    if (found.length > 0 && seconds.includes(undefined)) continue;
    const stays_s = found.length === 0 ? 0 : Math.max(0, Math.min(...seconds.map((each) => each ?? 0)));
    const at_ms = since_ms(taint) + stays_s * 1000;
    if (earliest === undefined || at_ms < earliest) earliest = at_ms;
  }
  return earliest;
}

function tolerationsOf(tolerations: readonly Toleration[], taint: Taint): Toleration[] {
  const found = tolerations.filter((toleration) => tolerates([toleration], taint));
  const isTrouble = taint.key === UNREACHABLE_TAINT || taint.key === NOT_READY_TAINT;
  return found.length === 0 && isTrouble ? [{ tolerationSeconds: DEFAULT_TOLERATION_S }] : found;
}
