import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import type { ContainerSpec, ProcessExit, RunningProcess } from '../../drivers/driver.js';
import type { ContainerLog } from '../logs/container-log.js';
import { ContainerProbes } from '../probes/container-probes.js';
import { type Action, type CheckTarget, check } from '../probes/probe-check.js';
import { sleep } from '../retry.js';
import { ContainerOutput } from './container-output.js';
import type { PodContext } from './pod-context.js';

/** Output may still be on its way when a process has ended; a process that left the group could hold it open for ever. */
const OUTPUT_END_MAX_MS = 1000;
/** Grace where none is left: kubelet's minimum, so that a program hears of its end at all. */
export const GRACE_MIN_MS = 2000;

const NEVER = new AbortController().signal;

export interface ContainerRunParts {
  readonly container: Container;
  readonly context: PodContext;
  readonly spec: ContainerSpec;
  readonly process: RunningProcess;
  readonly stopSignal: NodeJS.Signals;
  readonly log: ContainerLog;
  readonly onStarted: () => void;
  readonly onReady: (ready: boolean) => void;
}

/** One run of a container: its process and output, postStart, the probes, and its end with preStop. */
export class ContainerRun {
  readonly process: RunningProcess;
  readonly spec: ContainerSpec;
  readonly output: ContainerOutput;
  private readonly probes: ContainerProbes;
  private readonly target: CheckTarget;

  constructor(private readonly parts: ContainerRunParts) {
    const { container, context, spec, process, log } = parts;
    const { sandbox } = context;
    this.process = process;
    this.spec = spec;
    this.output = new ContainerOutput(process, log);
    this.target = {
      container,
      podIP: sandbox.podIP,
      connect: (port) => sandbox.connect(port),
      exec: (command) => sandbox.exec(spec, command, { tty: false }),
    };
    this.probes = new ContainerProbes(
      container,
      context.parts.clock,
      (probe, signal) => check(probe, this.target, signal),
      {
        onStarted: parts.onStarted,
        onReady: parts.onReady,
        onUnhealthy: (kind, message) => this.event('Warning', 'Unhealthy', `${kind} probe failed: ${message}`),
        onDead: (kind, probe) => {
          const what = kind.toLowerCase();
          this.event('Normal', 'Killing', `Container ${container.name} failed ${what} probe, will be restarted`);
          void this.terminate(this.graceOf(probe));
        },
      },
    );
    void this.begin();
  }

  /** Resolves when the process ended and its output is in the log. */
  async ended(): Promise<ProcessExit> {
    const exit = await this.process.exited;
    this.probes.stop();
    await Promise.race([this.output.ended, sleep(this.parts.context.parts.clock, OUTPUT_END_MAX_MS, NEVER)]);
    this.parts.log.close();
    return exit;
  }

  /** preStop, the stop signal, and SIGKILL after the grace. Resolves when the process ended. */
  async terminate(grace_ms = this.graceOf()): Promise<void> {
    const { clock } = this.parts.context.parts;
    const ended = new AbortController();
    void this.process.exited.then(() => ended.abort());
    const begin_ms = clock.monotonic_ms();
    if (grace_ms > 0) await this.preStop(grace_ms, ended.signal);
    this.process.kill(this.parts.stopSignal);
    const left_ms = grace_ms - (clock.monotonic_ms() - begin_ms);
    await sleep(clock, Math.max(GRACE_MIN_MS, left_ms), ended.signal);
    if (!ended.signal.aborted) this.process.kill('SIGKILL');
    await this.process.exited;
  }

  private async begin(): Promise<void> {
    const failure = await this.runHook(this.parts.container.lifecycle?.postStart, NEVER);
    if (failure === undefined) {
      this.probes.start();
      return;
    }
    this.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${failure.trimEnd()}`);
    this.event('Normal', 'Killing', 'FailedPostStartHook');
    await this.terminate();
  }

  private async preStop(grace_ms: number, ended: AbortSignal): Promise<void> {
    const expired = new AbortController();
    const timer = this.parts.context.parts.clock.setTimer(grace_ms, () => expired.abort());
    const either = AbortSignal.any([expired.signal, ended]);
    const failure = await this.runHook(this.parts.container.lifecycle?.preStop, either);
    timer.cancel();
    if (failure !== undefined && !ended.aborted) {
      this.event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${failure.trimEnd()}`);
    }
  }

  /** @returns why it failed */
  private async runHook(hook: Hook | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (!hook) return undefined;
    if (hook.sleep) {
      await sleep(this.parts.context.parts.clock, hook.sleep.seconds * 1000, signal);
      return undefined;
    }
    const { ok, message } = await check(hook, this.target, signal);
    return ok ? undefined : message;
  }

  private graceOf(probe?: Probe): number {
    const pod = this.parts.context.pod().spec.terminationGracePeriodSeconds ?? 30;
    return (probe?.terminationGracePeriodSeconds ?? pod) * 1000;
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.parts.context.event(this.parts.container.name, type, reason, message);
  }
}

type Hook = Action & { readonly sleep?: { readonly seconds: number } };
