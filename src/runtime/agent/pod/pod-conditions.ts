import type { PodCondition, PodSpec } from 'kubernetes-types/core/v1.js';
import { rfc3339 } from '../../time.js';
import type { ContainerView } from './container-state.js';

export interface ConditionInputs {
  readonly spec: PodSpec;
  /** The first of a type counts: conditions of others are kept, and times of those that did not change. */
  readonly before: readonly PodCondition[];
  readonly phase: string;
  readonly hasSandbox: boolean;
  readonly isInitialized: boolean;
  readonly init: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
  readonly now_ms: number;
}

type Verdict = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Kubelet's conditions of a pod. */
export function podConditions(inputs: ConditionInputs): PodCondition[] {
  const { before } = inputs;
  const containersReady = ready(inputs, 'ContainersReady');
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: inputs.hasSandbox ? 'True' : 'False' },
    initialized(inputs),
    readyOf(inputs, containersReady, before),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
  const own = verdicts.map((verdict): PodCondition => {
    const old = before.find(({ type }) => type === verdict.type);
    const lastTransitionTime = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { ...verdict, lastTransitionTime: lastTransitionTime ?? rfc3339(inputs.now_ms) };
  });
  return [...own, ...before.filter(({ type }) => !verdicts.some((verdict) => verdict.type === type))];
}

function initialized({ isInitialized, init }: ConditionInputs): Verdict {
  if (isInitialized) return { type: 'Initialized', status: 'True' };
  const waiting = init.filter(({ state }) => state.terminated?.exitCode !== 0).map(({ container }) => container.name);
  const message = `containers with incomplete status: [${waiting.join(' ')}]`;
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message };
}

function ready({ phase, apps }: ConditionInputs, type: string): Verdict {
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = apps.filter((view) => !view.ready).map(({ container }) => container.name);
  if (unready.length === 0) return { type, status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function readyOf({ spec }: ConditionInputs, containersReady: Verdict, before: readonly PodCondition[]): Verdict {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const isOpen = (name: string) => before.some(({ type, status }) => type === name && status === 'True');
  const closed = (spec.readinessGates ?? []).filter(({ conditionType }) => !isOpen(conditionType));
  if (closed.length === 0) return { type: 'Ready', status: 'True' };
  const message = `corresponding condition of pod readiness gate "${closed[0]!.conditionType}" does not exist.`;
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message };
}
