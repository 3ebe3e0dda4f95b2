import { messageOf } from '../../../base/errors.js';
import { isAlreadyExists, isNotFound } from '../../../client/client.js';
import { parseSchedule, type Schedule } from '../../../resources/batch/cron-job/schedule.js';
import { CRON_JOBS, JOBS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { CronJobObject, JobObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { controllerOf, controllerReference, isControlledBy } from '../framework/ownership.js';
import { newestMissed } from './scheduled-time.js';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const MINUTE_MS = 60_000;

type Status = NonNullable<CronJobObject['status']>;

/** Starts a Job at each time of a CronJob's schedule, and removes the oldest that ended. */
export class CronJobController extends Controller {
  private readonly cronJobs: Informer<CronJobObject>;
  private readonly jobs: Informer<JobObject>;

  constructor(context: ControllerContext) {
    super('cronjob-controller', context);
    this.cronJobs = context.informers.informer(CRON_JOBS);
    this.jobs = context.informers.informer(JOBS);
  }

  start(): void {
    const queue = (object: CronJobObject): void => this.queue.add(keyOf(object));
    this.cronJobs.addHandler({ onAdd: queue, onUpdate: queue });
    const ofJob = (job: JobObject): void => {
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') this.queue.add(`${job.metadata.namespace}/${owner.name}`);
    };
    this.jobs.addHandler({ onAdd: ofJob, onUpdate: ofJob, onDelete: ofJob });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const cron = this.cronJobs.get(name, namespace);
    if (!cron) return;
    const jobs = this.jobs.list(namespace).filter((job) => isControlledBy(job, cron));
    const status = this.observe(cron, jobs);
    await this.removeOld(cron, jobs);
    const started =
      cron.metadata.deletionTimestamp || cron.spec.suspend ? undefined : await this.startDue(key, cron, jobs, status);
    const next = { ...status, ...started };
    if (!sameJson(next, cron.status ?? {})) {
      await this.context.client.updateStatus(CRON_JOBS, { ...cron, status: next }, { fieldManager: this.name });
    }
  }

  /** The jobs that run, and when one last succeeded. */
  private observe(cron: CronJobObject, jobs: readonly JobObject[]): Status {
    const running = jobs.filter((job) => endOf(job) === undefined);
    for (const { uid } of cron.status?.active ?? []) {
      const ended = jobs.find((job) => job.metadata.uid === uid && endOf(job));
      if (ended) {
        const message = `Saw completed job: ${ended.metadata.name}, condition: ${endOf(ended)?.type}`;
        this.events.normal(cron, 'SawCompletedJob', message);
      }
    }
    const successes = jobs.flatMap(({ status }) => (status?.completionTime ? [String(status.completionTime)] : []));
    const lastSuccessful = [...successes, String(cron.status?.lastSuccessfulTime ?? '')].sort().at(-1);
    const { active: _, lastSuccessfulTime: __, ...rest } = cron.status ?? {};
    return {
      ...rest,
      ...(running.length > 0 && { active: running.sort(byCreation).map(referenceTo) }),
      ...(lastSuccessful && { lastSuccessfulTime: lastSuccessful }),
    };
  }

  private async removeOld(cron: CronJobObject, jobs: readonly JobObject[]): Promise<void> {
    const limits = { Complete: cron.spec.successfulJobsHistoryLimit, Failed: cron.spec.failedJobsHistoryLimit };
    for (const [type, limit] of Object.entries(limits)) {
      if (limit === undefined) continue;
      const ended = jobs.filter((job) => endOf(job)?.type === type).sort(byCreation);
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) await this.deleteJob(cron, job);
    }
  }

  /** @returns what starting a job changes in the status */
  private async startDue(
    key: string,
    cron: CronJobObject,
    jobs: readonly JobObject[],
    status: Status,
  ): Promise<Status | undefined> {
    const schedule = this.scheduleOf(cron);
    if (!schedule) return undefined;
    const now_ms = this.context.clock.now();
    const next_ms = schedule(now_ms);
    if (next_ms !== undefined) this.queue.addAfter(key, next_ms - now_ms);
    const missed = newestMissed(schedule, sinceOf(cron, now_ms), now_ms);
    if (!missed) return undefined;
    if (missed.tooMany) {
      const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.events.warning(cron, 'TooManyMissedTimes', `too many missed start times. ${advice}`);
    }
    const running = jobs.filter((job) => endOf(job) === undefined);
    if (running.length > 0 && cron.spec.concurrencyPolicy === 'Forbid') {
      const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.events.normal(cron, 'JobAlreadyActive', why);
      return undefined;
    }
    const replaced = cron.spec.concurrencyPolicy === 'Replace' ? running : [];
    for (const job of replaced) await this.deleteJob(cron, job);
    const job = await this.startJob(cron, missed.time_ms);
    const gone = new Set(replaced.map(({ metadata }) => metadata.uid));
    const active = (status.active ?? []).filter(({ uid }) => !gone.has(uid));
    return {
      lastScheduleTime: rfc3339(missed.time_ms),
      active: job && !active.some(({ uid }) => uid === job.metadata.uid) ? [...active, referenceTo(job)] : active,
    };
  }

  private scheduleOf(cron: CronJobObject): Schedule | undefined {
    const { schedule, timeZone } = cron.spec;
    try {
      return parseSchedule(schedule, timeZone);
    } catch (error) {
      this.events.warning(cron, 'UnparseableSchedule', `unparseable schedule: "${schedule}" : ${messageOf(error)}`);
      return undefined;
    }
  }

  /** A job's name holds the minute that it is of, so that none is started twice. */
  private async startJob(cron: CronJobObject, time_ms: number): Promise<JobObject | undefined> {
    const { metadata, spec } = cron.spec.jobTemplate;
    const job: JobObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: `${cron.metadata.name}-${Math.floor(time_ms / MINUTE_MS)}`,
        namespace: cron.metadata.namespace ?? 'default',
        ...(metadata?.labels && { labels: { ...metadata.labels } }),
        annotations: { ...metadata?.annotations, [SCHEDULED_AT]: rfc3339(time_ms) },
        ownerReferences: [controllerReference(cron)],
      },
      spec: structuredClone(spec) as JobObject['spec'],
    };
    try {
      const created = await this.context.client.create<JobObject>(JOBS, job);
      this.events.normal(cron, 'SuccessfulCreate', `Created job ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (isAlreadyExists(error)) return undefined;
      this.events.warning(cron, 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  private async deleteJob(cron: CronJobObject, { metadata }: JobObject): Promise<void> {
    try {
      await this.context.client.delete(JOBS, metadata.name, metadata.namespace, { propagationPolicy: 'Background' });
      this.events.normal(cron, 'SuccessfulDelete', `Deleted job ${metadata.name}`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Times up to here are done with, or too late to start. */
function sinceOf({ metadata, spec, status }: CronJobObject, now_ms: number): number {
  const last = Date.parse(String(status?.lastScheduleTime ?? metadata.creationTimestamp));
  const deadline_s = spec.startingDeadlineSeconds;
  return deadline_s === undefined ? last : Math.max(last, now_ms - deadline_s * 1000);
}

function endOf({ status }: JobObject) {
  return status?.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

function byCreation({ metadata: a }: JobObject, { metadata: b }: JobObject): number {
  return (a.creationTimestamp ?? '').localeCompare(b.creationTimestamp ?? '') || a.name.localeCompare(b.name);
}

function referenceTo({ apiVersion, kind, metadata }: JobObject) {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(uid !== undefined && { uid }),
  };
}
