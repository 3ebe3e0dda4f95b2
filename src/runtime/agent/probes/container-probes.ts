import type { Container, Probe } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../../base/clock.js';
import type { CheckResult } from './probe-check.js';
import { ProbeWorker } from './probe-worker.js';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

export interface ProbesListener {
  /** The startup probe succeeded, or there is none. */
  onStarted(): void;
  onReady(ready: boolean): void;
  /** A single failure. */
  onUnhealthy(kind: ProbeKind, message: string): void;
  /** The container is to be killed. */
  onDead(kind: ProbeKind, probe: Probe): void;
}

/** The probes of one run of a container: readiness and liveness wait for the startup probe. */
export class ContainerProbes {
  private readonly workers: ProbeWorker[] = [];
  private readonly started_ms: number;
  private stopped = false;

  constructor(
    private readonly container: Container,
    private readonly clock: Clock,
    private readonly check: (probe: Probe, signal: AbortSignal) => Promise<CheckResult>,
    private readonly listener: ProbesListener,
  ) {
    this.started_ms = clock.monotonic_ms();
  }

  start(): void {
    const { startupProbe } = this.container;
    if (!startupProbe) {
      this.afterStartup();
      return;
    }
    const worker = this.add('Startup', startupProbe, (ok) => {
      worker.stop();
      if (ok) this.afterStartup();
      else this.listener.onDead('Startup', startupProbe);
    });
  }

  stop(): void {
    this.stopped = true;
    for (const worker of this.workers) worker.stop();
  }

  private afterStartup(): void {
    if (this.stopped) return;
    const { readinessProbe, livenessProbe } = this.container;
    this.listener.onStarted();
    if (readinessProbe) this.add('Readiness', readinessProbe, (ok) => this.listener.onReady(ok));
    else this.listener.onReady(true);
    if (livenessProbe) {
      const worker = this.add('Liveness', livenessProbe, (ok) => {
        if (ok) return;
        worker.stop();
        this.listener.onDead('Liveness', livenessProbe);
      });
    }
  }

  private add(kind: ProbeKind, probe: Probe, onResult: (ok: boolean) => void): ProbeWorker {
    const check = (signal: AbortSignal) => this.check(probe, signal);
    const onFailure = (message: string) => this.listener.onUnhealthy(kind, message);
    const worker = new ProbeWorker(probe, this.clock, check, { onResult, onFailure }, kind !== 'Liveness');
    this.workers.push(worker);
    worker.start(this.clock.monotonic_ms() - this.started_ms);
    return worker;
  }
}
