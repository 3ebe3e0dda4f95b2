import type { ReplicaSetCondition, ReplicaSetStatus } from 'kubernetes-types/apps/v1.js';
import { messageOf } from '../../../base/errors.js';
import { matchesLabels } from '../../../resources/labels/selector.js';
import type { PodObject, ReplicaSetObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { availableIn_ms, isReady } from '../framework/pod-state.js';

/** @param failure what the last creation or deletion threw */
export function replicaSetStatus(
  { metadata, spec, status }: ReplicaSetObject,
  pods: readonly PodObject[],
  failure: unknown,
  now_ms: number,
): ReplicaSetStatus {
  const minReadySeconds = spec.minReadySeconds ?? 0;
  const labels = spec.template?.metadata?.labels;
  const conditions = conditionsWith(
    status?.conditions ?? [],
    failureCondition(pods.length - (spec.replicas ?? 0), failure, now_ms),
  );
  return {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((pod) => matchesLabels(labels, pod.metadata.labels)).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => availableIn_ms(pod, minReadySeconds, now_ms) === 0).length,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  };
}

function failureCondition(surplus: number, failure: unknown, now_ms: number): ReplicaSetCondition | undefined {
  if (failure === undefined) return undefined;
  return {
    type: 'ReplicaFailure',
    status: 'True',
    reason: surplus < 0 ? 'FailedCreate' : 'FailedDelete',
    message: messageOf(failure),
    lastTransitionTime: rfc3339(now_ms),
  };
}

function conditionsWith(
  before: readonly ReplicaSetCondition[],
  failure: ReplicaSetCondition | undefined,
): ReplicaSetCondition[] {
  const old = before.find((condition) => condition.type === 'ReplicaFailure');
  const others = before.filter((condition) => condition !== old);
  if (!failure) return others;
  const same = old && old.reason === failure.reason && old.message === failure.message;
  return [...others, same ? old : failure];
}
