import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Container, ContainerStatus, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import type { Timer } from '../../../base/clock.js';
import { messageOf } from '../../../base/errors.js';
import type { PodObject } from '../../../resources/types.js';
import type { Sandbox } from '../../drivers/driver.js';
import { rfc3339 } from '../../time.js';
import type { AgentParts } from '../agent-parts.js';
import { Doubling, sleep } from '../retry.js';
import { StatusWriter } from '../status-writer.js';
import { ContainerRunner, type RestartPolicy } from './container-runner.js';
import type { ContainerView } from './container-state.js';
import type { PodContext } from './pod-context.js';
import { deletePodObject } from './pod-deletion.js';
import { isRestartableInit, type PodPlan, planPod } from './pod-plan.js';
import { podStatus } from './pod-status.js';
import { PodStorage } from './pod-storage.js';
import { PodViews } from './pod-views.js';
import { ProxyRunner } from './proxy-runner.js';
import { proxySpec } from './proxy-spec.js';
import { sandboxSpec } from './sandbox-spec.js';

const SETUP_RETRY_FIRST_MS = 500;
const SETUP_RETRY_LONGEST_MS = 30_000;
/** A change of endpoints reaches the other proxies within it; until then they may still send requests here. */
const ENDPOINT_SPREAD_MS = 200;
/** How long a proxy may finish what it is doing: Istio's terminationDrainDuration. */
const DRAIN_MS_MAX = 5_000;
/** terminationGracePeriodSeconds where nothing says it. */
const GRACE_DEFAULT_S = 30;

/** One pod on this node, from its first sight to its last trace. Each pod has one, and they share nothing that can block. */
export class PodWorker {
  readonly plan: PodPlan;
  /** Resolves when nothing of the pod is left. */
  readonly gone: Promise<void>;
  private sandbox: Sandbox | undefined;
  private storage: PodStorage | undefined;
  private proxy: ProxyRunner | undefined;
  private runners: ContainerRunner[] = [];
  private isInitialized = false;
  private conditions: readonly PodCondition[] = [];
  private failure: { readonly reason: string; readonly message: string } | undefined;
  private readonly startTime: string;
  private deadline: Timer | undefined;
  private readonly before: PodStatus | undefined;
  private readonly ending = new AbortController();
  private readonly hurry = new AbortController();
  private readonly forgotten = new AbortController();
  private readonly writer: StatusWriter;
  private readonly life: Promise<void>;
  private end: Promise<void> | undefined;
  private tellGone = () => {};

  constructor(
    private readonly parts: AgentParts,
    public pod: PodObject,
  ) {
    this.plan = planPod(pod);
    this.before = pod.status;
    this.startTime = pod.status?.startTime ?? rfc3339(parts.clock.now());
    this.gone = new Promise((resolve) => {
      this.tellGone = resolve;
    });
    const { namespace = 'default', name, uid = '' } = pod.metadata;
    this.writer = new StatusWriter(parts, { namespace, name, uid, status: () => this.status() }, this.forgotten.signal);
    this.life = pod.metadata.deletionTimestamp || this.hasEnded() ? Promise.resolve() : this.live();
    this.update(pod);
  }

  /** A newer version of the object. */
  update(pod: PodObject): void {
    this.pod = pod;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    if (deletionTimestamp) {
      void this.terminate(deletionGracePeriodSeconds * 1000, true);
      return;
    }
    this.storage?.changed();
    this.setDeadline();
    for (const runner of this.runners) {
      const container = pod.spec.containers.find(({ name }) => name === runner.container.name);
      if (container) runner.update(container);
    }
  }

  /** The object is gone already: nobody waits for this pod any more. */
  removed(): Promise<void> {
    return this.terminate(0, false);
  }

  /** The agent ends, and its pods with it; the object stays for the next agent. */
  async abandon(): Promise<void> {
    this.forgotten.abort();
    await this.terminate(0, false);
  }

  proxyLost(): void {
    this.proxy?.lost();
  }

  onProxyLog(line: string): void {
    this.proxy?.onLog(line);
  }

  /** A container of the pod as it is now; undefined for those that stand for the driver's work. */
  container(name: string): ContainerRunner | ProxyRunner | undefined {
    if (this.proxy?.container.name === name) return this.proxy;
    return this.runners.find((runner) => runner.container.name === name);
  }

  get network(): Sandbox | undefined {
    return this.sandbox;
  }

  logFolder(container: string): string {
    const { namespace, name, uid } = this.pod.metadata;
    return path.join(this.parts.stateDir, 'logs', `${namespace}_${name}_${uid}`, container);
  }

  private hasEnded(): boolean {
    return this.before?.phase === 'Succeeded' || this.before?.phase === 'Failed';
  }

  private async live(): Promise<void> {
    try {
      this.writer.changed();
      const context = await this.setUp();
      if (!context || this.ending.signal.aborted) return;
      this.makeRunners(context);
      this.writer.changed();
      await this.proxy?.start();
      if (!(await this.initialize()) || this.ending.signal.aborted) return;
      this.isInitialized = true;
      this.writer.changed();
      const apps = this.appRunners();
      for (const runner of apps) runner.start();
      await Promise.all(apps.map((runner) => runner.done));
      // A gateway has no other containers, and runs on.
      if (apps.length > 0 && !this.ending.signal.aborted) await this.finish();
    } catch (error) {
      this.failure = { reason: 'AgentError', message: messageOf(error) };
      this.parts.logger.error('pod failed in the agent', { pod: this.pod.metadata.name, error: messageOf(error) });
      this.writer.changed();
    }
  }

  /** All programs ended by themselves. */
  private async finish(): Promise<void> {
    this.deadline?.cancel();
    this.storage?.stop();
    await this.proxy?.stop(0);
    await this.stopRunners(this.grace_ms);
    this.writer.changed();
  }

  /** activeDeadlineSeconds: the pod may only become shorter-lived while it runs. */
  private setDeadline(): void {
    const { activeDeadlineSeconds } = this.pod.spec;
    this.deadline?.cancel();
    if (activeDeadlineSeconds === undefined || this.ending.signal.aborted || this.hasEnded()) return;
    const { clock } = this.parts;
    const left_ms = Date.parse(this.startTime) + activeDeadlineSeconds * 1000 - clock.now();
    this.deadline = clock.setTimer(Math.max(0, left_ms), () => void this.expire());
  }

  /** Longer on the node than it may: it fails, and its programs are ended. */
  private async expire(): Promise<void> {
    if (this.ending.signal.aborted) return;
    const reason = 'DeadlineExceeded';
    this.failure = { reason, message: 'Pod was active on the node longer than the specified deadline' };
    this.parts.events.record(this.pod, 'Normal', reason, this.failure.message);
    this.ending.abort();
    this.writer.changed();
    await this.stopRunners(this.grace_ms);
    await this.finish();
  }

  private get grace_ms(): number {
    return (this.pod.spec.terminationGracePeriodSeconds ?? GRACE_DEFAULT_S) * 1000;
  }

  /** The programs first; then native sidecars, the last first, in what is left of the grace: programs use them to their end. */
  private async stopRunners(grace_ms: number): Promise<void> {
    const { clock } = this.parts;
    const begin_ms = clock.monotonic_ms();
    if (grace_ms === 0) {
      await Promise.all(this.runners.map((runner) => runner.stop(0)));
      return;
    }
    const sidecars = this.runners.filter(({ container }) => isRestartableInit(container));
    const programs = this.runners.filter((runner) => !sidecars.includes(runner));
    await Promise.all(programs.map((runner) => runner.stop(grace_ms)));
    for (const runner of sidecars.reverse()) {
      await runner.stop(Math.max(0, grace_ms - (clock.monotonic_ms() - begin_ms)));
    }
  }

  private async setUp(): Promise<PodContext | undefined> {
    const sandbox = await this.retried('FailedCreatePodSandBox', async () => {
      return this.parts.driver.createSandbox(sandboxSpec(this.pod, this.plan, this.parts.node));
    });
    this.sandbox = sandbox;
    if (!sandbox || this.ending.signal.aborted) return undefined;
    this.writer.changed();
    const { capacity, hostIP } = this.parts.node;
    const factsNow = () => ({ pod: this.pod, podIP: sandbox.podIP, hostIP, capacity });
    const facts = factsNow();
    const folder = path.join(this.podFolder(), 'volumes');
    const storage = await this.retried('FailedMount', () => PodStorage.make(this.parts, factsNow, folder));
    if (!storage) return undefined;
    this.storage = storage;
    return {
      parts: this.parts,
      pod: () => this.pod,
      sandbox,
      facts,
      hostname: sandboxSpec(this.pod, this.plan, this.parts.node).hostname,
      volumes: storage.places,
      logFolder: (container) => this.logFolder(container),
      terminationFile: (container) => path.join(this.podFolder(), 'termination', container),
      changed: () => this.writer.changed(),
      event: (container, type, reason, message) => {
        const isInit = this.pod.spec.initContainers?.some(({ name }) => name === container);
        const fieldPath = `spec.${isInit ? 'initContainers' : 'containers'}{${container}}`;
        this.parts.events.record(this.pod, type, reason, message, fieldPath);
      },
    };
  }

  private makeRunners(context: PodContext): void {
    const { proxy, init, apps } = this.plan;
    const policy = (this.pod.spec.restartPolicy ?? 'Always') as RestartPolicy;
    const initPolicy = policy === 'Never' ? 'Never' : 'OnFailure';
    const before = (container: Container) => this.statusBefore(container.name);
    if (proxy) {
      const spec = proxySpec(this.pod, this.plan, context.sandbox, this.parts.node);
      this.proxy = new ProxyRunner(proxy, context, spec, before(proxy));
    }
    this.runners = [
      ...init.map((one) => {
        return new ContainerRunner(one, context, isRestartableInit(one) ? 'Always' : initPolicy, before(one));
      }),
      ...apps.map((one) => new ContainerRunner(one, context, policy, before(one))),
    ];
  }

  private statusBefore(name: string): ContainerStatus | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.before ?? {};
    return [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name);
  }

  private appRunners(): ContainerRunner[] {
    return this.runners.slice(this.plan.init.length);
  }

  /** @returns whether all init containers succeeded */
  private async initialize(): Promise<boolean> {
    for (const runner of this.runners.slice(0, this.plan.init.length)) {
      if (this.ending.signal.aborted) return false;
      runner.start();
      if (isRestartableInit(runner.container)) await runner.untilStarted();
      else {
        await runner.done;
        if (runner.state.terminated?.exitCode !== 0) return false;
      }
    }
    return true;
  }

  /** Tries until it works or the pod ends; says in an event why not. */
  private async retried<T>(reason: string, attempt: () => Promise<T>): Promise<T | undefined> {
    const retry = new Doubling(SETUP_RETRY_FIRST_MS, SETUP_RETRY_LONGEST_MS);
    while (!this.ending.signal.aborted) {
      try {
        return await attempt();
      } catch (error) {
        this.parts.events.record(this.pod, 'Warning', reason, messageOf(error));
        this.parts.logger.warn(reason, { pod: this.pod.metadata.name, error: messageOf(error) });
        await sleep(this.parts.clock, retry.take_ms(), this.ending.signal);
      }
    }
    return undefined;
  }

  private terminate(grace_ms: number, tellServer: boolean): Promise<void> {
    // A second, shorter wish (kubectl delete --force) hurries those that are still ending.
    if (this.end && grace_ms === 0) {
      this.hurry.abort();
      for (const runner of this.runners) void runner.stop(grace_ms);
    }
    this.end ??= this.endAll(grace_ms, tellServer);
    return this.end;
  }

  private async endAll(grace_ms: number, tellServer: boolean): Promise<void> {
    this.ending.abort();
    this.deadline?.cancel();
    this.storage?.stop();
    if (tellServer && this.proxy?.ready)
      await sleep(this.parts.clock, Math.min(grace_ms, ENDPOINT_SPREAD_MS), this.hurry.signal);
    await this.stopRunners(grace_ms);
    await this.proxy?.stop(Math.min(grace_ms, DRAIN_MS_MAX));
    await this.life;
    this.storage?.stop();
    await this.sandbox?.destroy();
    this.storage?.release();
    if (tellServer) {
      if (this.sandbox) this.writer.changed();
      await this.writer.flushed();
      await deletePodObject(this.parts, this.pod, this.forgotten.signal);
    }
    this.forgotten.abort();
    await rm(this.podFolder(), { recursive: true, force: true });
    if (tellServer) await rm(path.dirname(this.logFolder('any')), { recursive: true, force: true });
    this.tellGone();
  }

  /** As the pod's status shows it. */
  viewOf(container: Container): ContainerView {
    const { pod, plan, sandbox, startTime, isInitialized } = this;
    const views = new PodViews({ pod, plan, startTime, isInitialized, hasSandbox: sandbox !== undefined });
    return views.of(container, this.container(container.name));
  }

  private podFolder(): string {
    return path.join(this.parts.stateDir, 'pods', this.pod.metadata.uid ?? this.pod.metadata.name);
  }

  private status(): PodStatus {
    if (this.hasEnded()) return this.before!;
    const { pod, plan, sandbox, startTime, isInitialized } = this;
    const find = (container: Container) => this.viewOf(container);
    const status = podStatus({
      pod,
      conditions: this.conditions,
      podIP: sandbox?.podIP,
      hostIP: this.parts.node.hostIP,
      startTime,
      init: (pod.spec.initContainers ?? []).map(find),
      apps: pod.spec.containers.map(find),
      sidecar: plan.apps.length > 0 ? this.proxy : undefined,
      isInitialized,
      ...this.failure,
      now_ms: this.parts.clock.now(),
    });
    this.conditions = status.conditions ?? [];
    return status;
  }
}
