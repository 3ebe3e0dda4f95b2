import type { JobObject, PodObject } from '../../../resources/types.js';

export type Verdict =
  | { readonly kind: 'running' | 'complete' | 'suspended' }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

/** Whether a Job has ended, and how. */
export function judge({ spec, status }: JobObject, pods: readonly PodObject[], now_ms: number): Verdict {
  const count = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  const failures = count('Failed') + restarts(pods);
  if (failures > (spec.backoffLimit ?? 6)) {
    return { kind: 'failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined && status?.startTime && !spec.suspend) {
    if (now_ms >= Date.parse(String(status.startTime)) + activeDeadlineSeconds * 1000) {
      const message = 'Job was active longer than specified deadline';
      return { kind: 'failed', reason: 'DeadlineExceeded', message };
    }
  }
  if (isComplete(spec, count('Succeeded'), pods)) return { kind: 'complete' };
  return { kind: spec.suspend ? 'suspended' : 'running' };
}

/** Without a number of completions one success is enough, once all others have ended. */
function isComplete(spec: JobObject['spec'], succeeded: number, pods: readonly PodObject[]): boolean {
  if (spec.completions !== undefined) return succeeded >= spec.completions;
  return succeeded > 0 && pods.every(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
}

/** A pod that restarts its program in place fails with each restart. */
function restarts(pods: readonly PodObject[]): number {
  return pods
    .filter(({ spec, status }) => spec.restartPolicy === 'OnFailure' && status?.phase !== 'Succeeded')
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}
