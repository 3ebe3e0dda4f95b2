import { randomBytes } from 'node:crypto';
import type { Container, ContainerState, ContainerStatus } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';
import type { RunningProcess } from '../../drivers/driver.js';
import { rfc3339 } from '../../time.js';
import { ContainerLog } from '../logs/container-log.js';
import { Doubling, sleep } from '../retry.js';
import { type Prepared, prepareContainer } from './container-prepare.js';
import { ContainerRun, GRACE_MIN_MS } from './container-run.js';
import { type ContainerView, lostState } from './container-state.js';
import { CrashBackoff, durationText } from './crash-backoff.js';
import { type PodContext, podText } from './pod-context.js';
import { makeTerminationFile, terminationMessage } from './termination-message.js';

const PREPARE_RETRY_FIRST_MS = 10_000;
const PREPARE_RETRY_LONGEST_MS = 300_000;
/** As a shell's "cannot execute" of the container runtime. */
const START_ERROR_EXIT_CODE = 128;

const OUT_OF_MEMORY_EXIT_CODE = 137;

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** One container over all its runs: prepare, start, watch, and again as the restart policy says. */
export class ContainerRunner implements ContainerView {
  state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  lastState: ContainerState = {};
  ready = false;
  started = false;
  restartCount = 0;
  containerID = '';
  imageID = '';
  log: ContainerLog | undefined;
  /** Resolves when it will not run again. */
  readonly done: Promise<void>;
  private current: ContainerRun | undefined;
  private stopGrace_ms = 0;
  private readonly stopping = new AbortController();
  private readonly backoff = new CrashBackoff();
  private readonly startedOnce: Promise<void>;
  private tellStarted = () => {};
  private begin = () => {};

  /** @param before its status from an earlier agent's time */
  constructor(
    public container: Container,
    private readonly context: PodContext,
    private readonly restartPolicy: RestartPolicy,
    before: ContainerStatus | undefined,
  ) {
    const lost = lostState(before, context.parts.clock.now());
    if (before && lost?.terminated) {
      if (restartPolicy === 'Never') this.state = lost;
      else this.lastState = lost;
      this.restartCount = before.restartCount + (restartPolicy === 'Never' ? 0 : 1);
    }
    this.startedOnce = new Promise((resolve) => {
      this.tellStarted = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      this.begin = resolve;
    });
    this.done = begun.then(() => this.run()).finally(() => this.tellStarted());
  }

  start(): void {
    this.begin();
  }

  /** Resolves when it has started (its startup probe succeeded), or never will. */
  untilStarted(): Promise<void> {
    return this.startedOnce;
  }

  /** Ends it for good: preStop, SIGTERM, and SIGKILL after the grace. */
  async stop(grace_ms: number): Promise<void> {
    const first = !this.stopping.signal.aborted;
    if (first) this.stopGrace_ms = grace_ms;
    this.stopping.abort();
    this.begin();
    const run = this.current;
    if (run && first) {
      this.event('Normal', 'Killing', `Stopping container ${this.container.name}`);
      await run.terminate(grace_ms);
    } else if (run && grace_ms <= GRACE_MIN_MS) run.process.kill('SIGKILL');
    await this.done;
  }

  /** A new definition: of all that a container is, its image may change while it runs. */
  update(container: Container): void {
    const changed = container.image !== this.container.image;
    this.container = container;
    if (!changed || !this.current) return;
    this.event('Normal', 'Killing', `Container ${container.name} definition changed, will be restarted`);
    void this.current.terminate();
  }

  /** The process that runs now, with its output; undefined between runs. */
  get running(): ContainerRun | undefined {
    return this.current;
  }

  private async run(): Promise<void> {
    // It ended with an earlier agent, and is not to run again.
    if (this.state.terminated) return;
    while (!this.stopping.signal.aborted) {
      const prepared = await this.prepare();
      if (!prepared) break;
      const exitCode = await this.runOnce(prepared);
      if (this.stopping.signal.aborted || !this.restarts(exitCode)) break;
      await this.waitBeforeRestart();
    }
  }

  private restarts(exitCode: number): boolean {
    return this.restartPolicy === 'Always' || (this.restartPolicy === 'OnFailure' && exitCode !== 0);
  }

  private async waitBeforeRestart(): Promise<void> {
    const wait_ms = this.backoff.next_ms(this.context.parts.clock.monotonic_ms());
    this.lastState = this.state;
    if (wait_ms > 0) {
      const who = `${this.container.name} in pod ${podText(this.context.pod())}`;
      const message = `back-off ${durationText(wait_ms)} restarting failed container=${this.container.name} pod=${podText(this.context.pod())}`;
      this.setState({ waiting: { reason: 'CrashLoopBackOff', message } });
      this.event('Warning', 'BackOff', `Back-off restarting failed container ${who}`);
      await sleep(this.context.parts.clock, wait_ms, this.stopping.signal);
    }
    this.restartCount++;
  }

  /** Tries until image and configuration are there. @returns undefined when it was stopped before */
  private async prepare(): Promise<Prepared | undefined> {
    const retry = new Doubling(PREPARE_RETRY_FIRST_MS, PREPARE_RETRY_LONGEST_MS);
    while (!this.stopping.signal.aborted) {
      const result = await prepareContainer(this.container, this.context);
      if ('spec' in result) return result;
      this.setState({ waiting: { reason: result.reason, message: result.message } });
      this.event(
        'Warning',
        'Failed',
        `Error: ${result.reason === 'CreateContainerConfigError' ? result.message : result.reason}`,
      );
      const wait_ms = retry.take_ms();
      if (result.reason === 'ErrImagePull') {
        const message = `Back-off pulling image "${this.container.image}": ErrImagePull: ${result.message}`;
        this.setState({ waiting: { reason: 'ImagePullBackOff', message } });
        this.event('Normal', 'BackOff', `Back-off pulling image "${this.container.image}"`);
      }
      await this.sleepUntilImage(wait_ms);
    }
    return undefined;
  }

  /** The time that kubelet would wait, or less when somebody builds an image meanwhile. */
  private async sleepUntilImage(wait_ms: number): Promise<void> {
    const { clock, images } = this.context.parts;
    const changed = new AbortController();
    const unwatch = images.onChange(() => changed.abort());
    await sleep(clock, wait_ms, AbortSignal.any([changed.signal, this.stopping.signal]));
    unwatch();
  }

  private async runOnce(prepared: Prepared): Promise<number> {
    const { spec, imageID } = prepared;
    const { clock } = this.context.parts;
    const folder = this.context.logFolder(this.container.name);
    ContainerLog.forgetBefore(folder, this.restartCount);
    const log = new ContainerLog(folder, this.restartCount, clock);
    this.log = log;
    this.imageID = imageID;
    this.containerID = `trysail://${randomBytes(32).toString('hex')}`;
    this.event('Normal', 'Created', `Created container: ${this.container.name}`);
    makeTerminationFile(this.context.terminationFile(this.container.name));
    const startedAt = rfc3339(clock.now());
    let process: RunningProcess;
    try {
      process = await this.context.sandbox.start(spec);
    } catch (error) {
      log.close();
      this.event('Warning', 'Failed', `Error: ${messageOf(error)}`);
      return this.ended({
        exitCode: START_ERROR_EXIT_CODE,
        reason: 'StartError',
        message: messageOf(error),
        startedAt,
      });
    }
    this.setState({ running: { startedAt } });
    this.event('Normal', 'Started', `Started container ${this.container.name}`);
    for (const notice of this.context.sandbox.notices?.(spec) ?? []) this.event('Warning', 'NotCaptured', notice);
    const run = this.watch(process, prepared, log);
    this.current = run;
    // Stopped while it was being started: nobody else knows of this process.
    if (this.stopping.signal.aborted) void run.terminate(this.stopGrace_ms);
    const { exitCode, outOfMemory } = await run.ended();
    const message = await this.lastWords(exitCode);
    this.current = undefined;
    const failure = outOfMemory && exitCode === OUT_OF_MEMORY_EXIT_CODE ? 'OOMKilled' : 'Error';
    const reason = exitCode === 0 ? 'Completed' : failure;
    return this.ended({ exitCode, reason, startedAt, ...(message === '' ? {} : { message }) });
  }

  private lastWords(exitCode: number): Promise<string> {
    const { container, context, restartCount: attempt } = this;
    const place = { file: context.terminationFile(container.name), logFolder: context.logFolder(container.name) };
    return terminationMessage({ container, ...place, attempt, exitCode });
  }

  private watch(process: RunningProcess, { spec, stopSignal }: Prepared, log: ContainerLog): ContainerRun {
    const { container, context } = this;
    return new ContainerRun({
      container,
      context,
      spec,
      process,
      stopSignal,
      log,
      onStarted: () => {
        this.started = true;
        this.tellStarted();
        context.changed();
      },
      onReady: (ready) => {
        this.ready = ready;
        context.changed();
      },
    });
  }

  private ended(terminated: { exitCode: number; reason: string; message?: string; startedAt: string }): number {
    this.ready = false;
    this.started = false;
    const finishedAt = rfc3339(this.context.parts.clock.now());
    this.setState({ terminated: { ...terminated, finishedAt, containerID: this.containerID } });
    return terminated.exitCode;
  }

  private setState(state: ContainerState): void {
    this.state = state;
    this.context.changed();
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.event(this.container.name, type, reason, message);
  }
}
