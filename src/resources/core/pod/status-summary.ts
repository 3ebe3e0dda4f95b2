import type { Container, ContainerState, ContainerStatus, PodStatus } from 'kubernetes-types/core/v1.js';
import { ageSince } from '../../printing/duration.js';
import type { PodObject } from '../../types.js';

/** What kubectl shows of a pod: `2/2`, `CrashLoopBackOff`, `3 (10s ago)`. */
export interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

interface Tally {
  reason: string;
  ready: number;
  restarts: number;
  /** When a container last ended, RFC 3339; empty when none has. */
  lastRestart: string;
}

/** Follows kubectl's printer (Kubernetes `printers/internalversion`, printPod), so that both say the same. */
export function summarizePod(pod: PodObject, now_ms: number): PodSummary {
  const status = pod.status ?? {};
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map((container) => container.name));
  const tally: Tally = { reason: baseReason(status), ready: 0, restarts: 0, lastRestart: '' };
  const sidecarRestarts = { restarts: 0, lastRestart: '' };
  const initializing = tallyInit(pod, sidecars, tally, sidecarRestarts);
  if (!initializing || hasCondition(status, 'Initialized')) {
    Object.assign(tally, sidecarRestarts);
    tallyContainers(status, tally);
  }
  const total = (pod.spec.containers?.length ?? 0) + sidecars.size;
  return {
    ready: `${tally.ready}/${total}`,
    status: terminationReason(pod, tally.reason),
    restarts: restartText(tally, now_ms),
  };
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function baseReason(status: PodStatus): string {
  const gated = status.conditions?.some((each) => each.type === 'PodScheduled' && each.reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : status.reason || status.phase || '';
}

/** @returns whether an init container has still to end */
function tallyInit(
  pod: PodObject,
  sidecars: ReadonlySet<string>,
  tally: Tally,
  sidecarRestarts: { restarts: number; lastRestart: string },
): boolean {
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    countRestarts(container, tally);
    if (sidecars.has(container.name)) countRestarts(container, sidecarRestarts);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) tally.ready++;
      continue;
    }
    if (terminated) tally.reason = `Init:${endReason(container.state)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') tally.reason = `Init:${waiting.reason}`;
    else tally.reason = `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

function tallyContainers(status: PodStatus, tally: Tally): void {
  let running = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    countRestarts(container, tally);
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated) tally.reason = endReason(container.state);
    else if (container.ready && container.state?.running) {
      running = true;
      tally.ready++;
    }
  }
  if (tally.reason === 'Completed' && running) {
    tally.reason = hasCondition(status, 'Ready') ? 'Running' : 'NotReady';
  }
}

function countRestarts(container: ContainerStatus, into: { restarts: number; lastRestart: string }): void {
  into.restarts += container.restartCount;
  const finishedAt = container.lastState?.terminated?.finishedAt;
  if (finishedAt && finishedAt > into.lastRestart) into.lastRestart = finishedAt;
}

function endReason(state: ContainerState | undefined): string {
  const terminated = state?.terminated;
  if (terminated?.reason) return terminated.reason;
  return terminated?.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated?.exitCode ?? 0}`;
}

function terminationReason(pod: PodObject, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return ended ? reason : 'Terminating';
}

function restartText(tally: Tally, now_ms: number): string {
  if (tally.restarts === 0 || tally.lastRestart === '') return String(tally.restarts);
  return `${tally.restarts} (${ageSince(tally.lastRestart, now_ms)} ago)`;
}

function hasCondition(status: PodStatus, type: string): boolean {
  return status.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
}
