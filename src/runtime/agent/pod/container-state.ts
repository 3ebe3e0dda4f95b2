import type { Container, ContainerState, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { rfc3339 } from '../../time.js';

/** A container as its pod's status shows it. */
export interface ContainerView {
  readonly container: Container;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly containerID: string;
  readonly imageID: string;
}

export function statusOf(view: ContainerView): ContainerStatus {
  return {
    name: view.container.name,
    image: view.container.image ?? '',
    imageID: view.imageID,
    ready: view.ready,
    started: view.started,
    restartCount: view.restartCount,
    state: view.state,
    lastState: view.lastState,
    ...(view.containerID === '' ? {} : { containerID: view.containerID }),
  };
}

/** What became of a container whose agent is gone: it ended with it, and nobody saw how. */
export function lostState(status: ContainerStatus | undefined, now_ms: number): ContainerState | undefined {
  if (!status) return undefined;
  const { running, terminated } = status.state ?? {};
  if (terminated) return { terminated };
  if (!running) return status.lastState;
  return {
    terminated: {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container ended with its node agent',
      finishedAt: rfc3339(now_ms),
      ...(running.startedAt === undefined ? {} : { startedAt: running.startedAt }),
      ...(status.containerID === undefined ? {} : { containerID: status.containerID }),
    },
  };
}
