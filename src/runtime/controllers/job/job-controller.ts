import type { JobCondition } from 'kubernetes-types/batch/v1.js';
import { isNotFound } from '../../../client/client.js';
import { JOBS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { JobObject, PodObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import type { ControllerContext } from '../framework/controller.js';
import { parseKey } from '../framework/keys.js';
import { podFromTemplate } from '../framework/pod-control.js';
import { PodOwnerController } from '../framework/pod-owner-controller.js';
import { isActive } from '../framework/pod-state.js';
import { completedIndexes, indexedPod, nextIndexes } from './indexes.js';
import { judge, type Verdict } from './verdict.js';

/** Between pods that failed: doubled with each failure up to the longest. */
const BACKOFF_FIRST_MS = 10_000;
const BACKOFF_LONGEST_MS = 360_000;
/** Pods created in one go. */
const BURST_MAX = 500;

/** Runs pods until enough of them have succeeded. */
export class JobController extends PodOwnerController<JobObject> {
  constructor(context: ControllerContext) {
    super('job-controller', context, 'Job', JOBS);
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const job = this.owners.get(name, namespace);
    if (!job || job.metadata.deletionTimestamp) return;
    const ended = job.status?.conditions?.find(({ type, status }) => isEnd(type) && status === 'True');
    if (ended) return this.expire(key, job, ended);
    const pods = await this.claimPods(job);
    if (!this.expectations.satisfied(key)) return;
    const now_ms = this.context.clock.now();
    const verdict = judge(job, pods, now_ms);
    if (verdict.kind === 'running') await this.work(key, job, pods);
    else await this.deletePods(key, job, pods.filter(isActive));
    await this.updateStatus(job, pods, verdict);
    const deadline_ms = deadlineOf(job, now_ms);
    if (deadline_ms !== undefined && verdict.kind === 'running')
      this.queue.addAfter(key, Math.max(0, deadline_ms - now_ms));
  }

  private async work(key: string, job: JobObject, pods: readonly PodObject[]): Promise<void> {
    const active = pods.filter(isActive);
    const wanted = wantedPods(job, pods);
    if (active.length > wanted) return this.deletePods(key, job, active.slice(wanted));
    const count = Math.min(wanted - active.length, BURST_MAX);
    if (count === 0) return;
    const wait_ms = this.backOff(pods);
    if (wait_ms > 0) {
      this.queue.addAfter(key, wait_ms);
      return;
    }
    if (job.spec.completionMode !== 'Indexed') return this.createPods(key, job, count);
    const free = nextIndexes(job, pods, count);
    await this.createPods(key, job, free.length, (i) => indexedPod(job, podFromTemplate(job), free[i]!));
  }

  /** Milliseconds until another pod may be made after failures. */
  private backOff(pods: readonly PodObject[]): number {
    const failed = pods.filter(({ status }) => status?.phase === 'Failed');
    const last_ms = Math.max(0, ...failed.map(endedAt_ms));
    if (failed.length === 0) return 0;
    const pause_ms = Math.min(BACKOFF_FIRST_MS * 2 ** (failed.length - 1), BACKOFF_LONGEST_MS);
    return last_ms + pause_ms - this.context.clock.now();
  }

  private async updateStatus(job: JobObject, pods: readonly PodObject[], verdict: Verdict): Promise<void> {
    const now = rfc3339(this.context.clock.now());
    const count = (phase: string): number => pods.filter(({ status }) => status?.phase === phase).length;
    const active = verdict.kind === 'running' ? pods.filter(isActive).length : 0;
    const indexes = job.spec.completionMode === 'Indexed' ? completedIndexes(pods) : undefined;
    const status: NonNullable<JobObject['status']> = {
      ...(!job.spec.suspend && { startTime: job.status?.startTime ?? now }),
      ...(active > 0 && { active }),
      ...(count('Succeeded') > 0 && { succeeded: count('Succeeded') }),
      ...(count('Failed') > 0 && { failed: count('Failed') }),
      ...(indexes !== undefined && { completedIndexes: indexes }),
      ...(verdict.kind === 'complete' && { completionTime: now }),
      ...conditionsOf(job, verdict, now),
    };
    if (sameJson(status, job.status)) return;
    await this.context.client.updateStatus(JOBS, { ...job, status }, { fieldManager: this.name });
    if (verdict.kind === 'complete') this.events.normal(job, 'Completed', 'Job completed');
    if (verdict.kind === 'failed') this.events.warning(job, verdict.reason, verdict.message);
  }

  /** `ttlSecondsAfterFinished`. */
  private async expire(key: string, job: JobObject, { lastTransitionTime }: JobCondition): Promise<void> {
    const ttl_s = job.spec.ttlSecondsAfterFinished;
    if (ttl_s === undefined) return;
    const left_ms = Date.parse(String(lastTransitionTime)) + ttl_s * 1000 - this.context.clock.now();
    if (left_ms > 0) {
      this.queue.addAfter(key, left_ms);
      return;
    }
    const { name, namespace } = job.metadata;
    await this.context.client.delete(JOBS, name, namespace, { propagationPolicy: 'Background' }).catch((error) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

function isEnd(type: string): boolean {
  return type === 'Complete' || type === 'Failed';
}

function conditionsOf(job: JobObject, verdict: Verdict, now: string): { conditions?: JobCondition[] } {
  const kept = (job.status?.conditions ?? []).filter(({ type }) => !isEnd(type) && type !== 'Suspended');
  const suspended = job.status?.conditions?.find(({ type }) => type === 'Suspended');
  const condition = (type: string, reason?: string, message?: string): JobCondition => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  });
  if (verdict.kind === 'complete')
    kept.push(condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods'));
  if (verdict.kind === 'failed') kept.push(condition('Failed', verdict.reason, verdict.message));
  if (verdict.kind === 'suspended') kept.push(suspended ?? condition('Suspended', 'JobSuspended', 'Job suspended'));
  return kept.length > 0 ? { conditions: kept } : {};
}

/** How many pods are to run now. */
function wantedPods({ spec }: JobObject, pods: readonly PodObject[]): number {
  const parallelism = spec.parallelism ?? 1;
  const succeeded = pods.filter(({ status }) => status?.phase === 'Succeeded').length;
  // A queue of work: once one has found it empty, no new pods are made.
  if (spec.completions === undefined)
    return succeeded > 0 ? Math.min(parallelism, pods.filter(isActive).length) : parallelism;
  return Math.min(parallelism, spec.completions - succeeded);
}

function endedAt_ms({ status, metadata }: PodObject): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(String(state?.terminated?.finishedAt)));
  const known = ends.filter((end) => !Number.isNaN(end));
  return known.length > 0 ? Math.max(...known) : Date.parse(metadata.creationTimestamp ?? '');
}

function deadlineOf({ spec, status }: JobObject, now_ms: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined) return undefined;
  const start_ms = status?.startTime ? Date.parse(String(status.startTime)) : now_ms;
  return start_ms + spec.activeDeadlineSeconds * 1000;
}
