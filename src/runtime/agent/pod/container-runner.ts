import { randomBytes } from 'node:crypto';
import type { Container, ContainerState, ContainerStatus, Probe } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';
import type { ContainerSpec, RunningProcess } from '../../drivers/driver.js';
import { ContainerLog } from '../logs/container-log.js';
import { ContainerProbes } from '../probes/container-probes.js';
import { type Action, type CheckTarget, check } from '../probes/probe-check.js';
import { Doubling, sleep } from '../retry.js';
import { ContainerOutput } from './container-output.js';
import { type Prepared, prepareContainer } from './container-prepare.js';
import { type ContainerView, lostState, timestamp } from './container-state.js';
import { CrashBackoff, durationText } from './crash-backoff.js';
import { type PodContext, podText } from './pod-context.js';

const PREPARE_RETRY_FIRST_MS = 10_000;
const PREPARE_RETRY_LONGEST_MS = 300_000;
/** Output may still be on its way when a process has ended; a process that left the group could hold it open for ever. */
const OUTPUT_END_MAX_MS = 1000;
/** Grace where none is left: kubelet's minimum, so that a program hears of its end at all. */
const GRACE_MIN_MS = 2000;
/** As a shell's "cannot execute" of the container runtime. */
const START_ERROR_EXIT_CODE = 128;

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

interface Run {
  readonly process: RunningProcess;
  readonly spec: ContainerSpec;
  readonly output: ContainerOutput;
  readonly stopSignal: NodeJS.Signals;
}

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
  private current: Run | undefined;
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
      await this.terminate(run, grace_ms);
    } else if (run && grace_ms <= GRACE_MIN_MS) run.process.kill('SIGKILL');
    await this.done;
  }

  /** A new definition: of all that a container is, its image may change while it runs. */
  update(container: Container): void {
    const changed = container.image !== this.container.image;
    this.container = container;
    if (!changed || !this.current) return;
    this.event('Normal', 'Killing', `Container ${container.name} definition changed, will be restarted`);
    void this.terminate(this.current, this.podGrace_ms());
  }

  /** The process that runs now, with its output; undefined between runs. */
  get running():
    | { readonly process: RunningProcess; readonly spec: ContainerSpec; readonly output: ContainerOutput }
    | undefined {
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

  private async runOnce({ spec, imageID, stopSignal }: Prepared): Promise<number> {
    const { clock } = this.context.parts;
    const folder = this.context.logFolder(this.container.name);
    ContainerLog.forgetBefore(folder, this.restartCount);
    const log = new ContainerLog(folder, this.restartCount, clock);
    this.log = log;
    this.imageID = imageID;
    this.containerID = `trysail://${randomBytes(32).toString('hex')}`;
    this.event('Normal', 'Created', `Created container: ${this.container.name}`);
    const startedAt = timestamp(clock.now());
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
    const output = new ContainerOutput(process, log);
    const run = { process, spec, output, stopSignal };
    this.current = run;
    this.setState({ running: { startedAt } });
    this.event('Normal', 'Started', `Started container ${this.container.name}`);
    for (const notice of this.context.sandbox.notices?.(spec) ?? []) this.event('Warning', 'NotCaptured', notice);
    // Stopped while it was being started: nobody else knows of this process.
    if (this.stopping.signal.aborted) void this.terminate(run, this.stopGrace_ms);
    const probes = this.watch(run);
    const { exitCode, signal } = await process.exited;
    probes.stop();
    await Promise.race([output.ended, sleep(clock, OUTPUT_END_MAX_MS, new AbortController().signal)]);
    log.close();
    this.current = undefined;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return this.ended({ exitCode, reason, startedAt, ...(signal ? { message: `ended by ${signal}` } : {}) });
  }

  private ended(terminated: { exitCode: number; reason: string; message?: string; startedAt: string }): number {
    this.ready = false;
    this.started = false;
    const finishedAt = timestamp(this.context.parts.clock.now());
    this.setState({ terminated: { ...terminated, finishedAt, containerID: this.containerID } });
    return terminated.exitCode;
  }

  /** postStart, then the probes. */
  private watch(run: Run): ContainerProbes {
    const { clock } = this.context.parts;
    const target = this.target(run);
    const probes = new ContainerProbes(this.container, clock, (probe, signal) => check(probe, target, signal), {
      onStarted: () => {
        this.started = true;
        this.tellStarted();
        this.context.changed();
      },
      onReady: (ready) => {
        this.ready = ready;
        this.context.changed();
      },
      onUnhealthy: (kind, message) => this.event('Warning', 'Unhealthy', `${kind} probe failed: ${message}`),
      onDead: (kind, probe) => {
        const what = kind === 'Liveness' ? 'liveness' : 'startup';
        this.event('Normal', 'Killing', `Container ${this.container.name} failed ${what} probe, will be restarted`);
        void this.terminate(run, probeGrace_ms(probe) ?? this.podGrace_ms());
      },
    });
    const hook = this.container.lifecycle?.postStart;
    if (!hook) probes.start();
    else {
      void this.runHook(hook, target, new AbortController().signal).then((failure) => {
        if (failure === undefined) probes.start();
        else {
          this.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${failure}`);
          void this.terminate(run, this.podGrace_ms());
        }
      });
    }
    return probes;
  }

  private async terminate(run: Run, grace_ms: number): Promise<void> {
    const { clock } = this.context.parts;
    const ended = new AbortController();
    void run.process.exited.then(() => ended.abort());
    const begin_ms = clock.monotonic_ms();
    const hook = this.container.lifecycle?.preStop;
    if (hook && grace_ms > 0) {
      const expired = new AbortController();
      const timer = clock.setTimer(grace_ms, () => expired.abort());
      const either = AbortSignal.any([expired.signal, ended.signal]);
      const failure = await this.runHook(hook, this.target(run), either);
      timer.cancel();
      if (failure !== undefined && !ended.signal.aborted) {
        this.event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${failure}`);
      }
    }
    run.process.kill(run.stopSignal);
    const left_ms = grace_ms - (clock.monotonic_ms() - begin_ms);
    await sleep(clock, Math.max(GRACE_MIN_MS, left_ms), ended.signal);
    if (!ended.signal.aborted) run.process.kill('SIGKILL');
    await run.process.exited;
  }

  /** @returns why it failed */
  private async runHook(
    hook: Action & { readonly sleep?: { readonly seconds: number } },
    target: CheckTarget,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (hook.sleep) {
      await sleep(this.context.parts.clock, hook.sleep.seconds * 1000, signal);
      return undefined;
    }
    const { ok, message } = await check(hook, target, signal);
    return ok ? undefined : message;
  }

  private target({ spec }: Run): CheckTarget {
    const { sandbox } = this.context;
    return {
      container: this.container,
      podIP: sandbox.podIP,
      connect: (port) => sandbox.connect(port),
      exec: (command) => sandbox.exec(spec, command, { tty: false }),
    };
  }

  private podGrace_ms(): number {
    return (this.context.pod().spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  private setState(state: ContainerState): void {
    this.state = state;
    this.context.changed();
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.event(this.container.name, type, reason, message);
  }
}

function probeGrace_ms(probe: Probe): number | undefined {
  const { terminationGracePeriodSeconds: seconds } = probe;
  return seconds === undefined ? undefined : seconds * 1000;
}
