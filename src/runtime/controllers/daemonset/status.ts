import type { DaemonSetStatus } from 'kubernetes-types/apps/v1.js';
import type { DaemonSetObject, PodObject } from '../../../resources/types.js';
import { availableIn_ms, isReady } from '../framework/pod-state.js';
import { REVISION_HASH_LABEL } from '../revisions/controller-revisions.js';

/**
 * @param wanted names of the nodes that are to have a pod
 * @param byNode the set's active pods
 * @param hash of the template as it is now
 */
export function daemonSetStatus(
  { metadata, spec }: DaemonSetObject,
  wanted: ReadonlySet<string>,
  byNode: ReadonlyMap<string, readonly PodObject[]>,
  hash: string,
  now_ms: number,
): DaemonSetStatus {
  const placed = [...byNode].filter(([node]) => wanted.has(node)).map(([, pods]) => pods);
  const count = (holds: (pod: PodObject) => boolean): number => placed.filter((pods) => pods.some(holds)).length;
  const available = count((pod) => availableIn_ms(pod, spec.minReadySeconds ?? 0, now_ms) === 0);
  return {
    currentNumberScheduled: placed.length,
    desiredNumberScheduled: wanted.size,
    numberMisscheduled: byNode.size - placed.length,
    numberReady: count(isReady),
    updatedNumberScheduled: count((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] === hash),
    numberAvailable: available,
    numberUnavailable: wanted.size - available,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  };
}
