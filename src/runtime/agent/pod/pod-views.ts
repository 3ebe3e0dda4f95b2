import type { Container } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';
import type { ContainerView } from './container-state.js';
import type { PodPlan } from './pod-plan.js';

/** How containers look that do not run yet, or never run as programs. */
export class PodViews {
  constructor(
    private readonly facts: {
      readonly pod: PodObject;
      readonly plan: PodPlan;
      readonly startTime: string;
      readonly isInitialized: boolean;
      readonly hasSandbox: boolean;
    },
  ) {}

  /** @param known its runner, once there is one */
  of(container: Container, known: ContainerView | undefined): ContainerView {
    if (this.facts.plan.captureInit.some(({ name }) => name === container.name)) return this.capture(container);
    const isIdle = known?.state.waiting?.reason === 'ContainerCreating';
    return known && !isIdle ? known : this.waiting(container, known);
  }

  /** The driver captured the pod's traffic before any container began. */
  private capture(container: Container): ContainerView {
    const waiting = this.waiting(container, undefined);
    if (!this.facts.hasSandbox) return waiting;
    const { startTime } = this.facts;
    const state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: startTime, finishedAt: startTime } };
    return { ...waiting, state, ready: true, imageID: container.image ?? '' };
  }

  private waiting(container: Container, known: ContainerView | undefined): ContainerView {
    const { plan, hasSandbox, isInitialized } = this.facts;
    const isForInit = plan.init.length > 0 && hasSandbox && !isInitialized;
    return {
      container,
      state: { waiting: { reason: isForInit ? 'PodInitializing' : 'ContainerCreating' } },
      lastState: known?.lastState ?? {},
      ready: false,
      started: false,
      restartCount: known?.restartCount ?? 0,
      containerID: '',
      imageID: '',
    };
  }
}
