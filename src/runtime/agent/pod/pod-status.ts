import type { ContainerStatus, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import { qosClass } from '../../../resources/core/pod/qos.js';
import type { PodObject } from '../../../resources/types.js';
import type { RestartPolicy } from './container-runner.js';
import { type ContainerView, statusOf } from './container-state.js';
import { podConditions } from './pod-conditions.js';

export interface StatusInputs {
  readonly pod: PodObject;
  /** As last told: the API server's own copy may be older. */
  readonly conditions: readonly PodCondition[];
  readonly podIP: string | undefined;
  readonly hostIP: string;
  readonly startTime: string;
  /** In the order of the pod's spec. */
  readonly init: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
  /** Not counted for the pod's end: it stops when its program has. */
  readonly sidecar: ContainerView | undefined;
  readonly isInitialized: boolean;
  /** Why the pod as a whole ended or cannot start. */
  readonly reason?: string;
  readonly message?: string;
  readonly now_ms: number;
}

export function podStatus(inputs: StatusInputs): PodStatus {
  const { pod, podIP, hostIP, init, apps } = inputs;
  const phase = phaseOf(inputs);
  const conditions = podConditions({
    spec: pod.spec,
    before: [...inputs.conditions, ...(pod.status?.conditions ?? [])],
    phase,
    hasSandbox: podIP !== undefined,
    isInitialized: inputs.isInitialized,
    init,
    apps,
    now_ms: inputs.now_ms,
  });
  return {
    phase,
    conditions,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: inputs.startTime,
    ...(init.length > 0 ? { initContainerStatuses: init.map(initStatusOf) } : {}),
    containerStatuses: apps.map(statusOf),
    qosClass: pod.status?.qosClass ?? qosClass(pod.spec),
    ...(inputs.reason === undefined ? {} : { reason: inputs.reason }),
    ...(inputs.message === undefined ? {} : { message: inputs.message }),
  };
}

/** One that succeeded is ready, for all that it runs no more. */
function initStatusOf(view: ContainerView): ContainerStatus {
  return { ...statusOf(view), ready: view.ready || view.state.terminated?.exitCode === 0 };
}

/** Kubelet's rules (getPhase): a container in its back-off counts as ended, one that never ran as pending. */
function phaseOf({ pod, init, apps, sidecar, isInitialized, reason }: StatusInputs): string {
  if (reason !== undefined) return 'Failed';
  const policy = (pod.spec.restartPolicy ?? 'Always') as RestartPolicy;
  const initFailed = init.some(({ state }) => state.terminated !== undefined && state.terminated.exitCode !== 0);
  if (!isInitialized) return initFailed && policy === 'Never' ? 'Failed' : 'Pending';
  const counted = sidecar && apps.length > 1 ? apps.filter((view) => view !== sidecar) : apps;
  if (counted.some(({ state, lastState }) => state.waiting !== undefined && !lastState.terminated)) return 'Pending';
  if (counted.some(({ state }) => state.running !== undefined)) return 'Running';
  if (policy === 'Always') return 'Running';
  const ends = counted.map(({ state, lastState }) => (state.terminated ?? lastState.terminated)?.exitCode);
  if (ends.every((exitCode) => exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}
