import type { Probe } from 'kubernetes-types/core/v1.js';
import type { Clock, Timer } from '../../../base/clock.js';
import type { CheckResult } from './probe-check.js';

const DEFAULT_PERIOD_S = 10;
const DEFAULT_TIMEOUT_S = 1;
const DEFAULT_FAILURES = 3;
/** A program that is only starting is asked again soon, instead of a period later: kubelet would let it wait. */
const EARLY_RETRY_MS = 50;

export interface ProbeListener {
  /** The result that now holds, at its first time and at each change; `ok: false` again for each failure past the threshold. */
  onResult(ok: boolean, message: string): void;
  /** Each single failure, before thresholds. */
  onFailure(message: string): void;
}

/** Runs one probe again and again, as kubelet: a result holds once it came as often in a row as its threshold says. */
export class ProbeWorker {
  private timer: Timer | undefined;
  private running: AbortController | undefined;
  private stopped = false;
  private earlyUntil_ms = 0;
  private row = 0;
  private rowOk: boolean | undefined;
  private held: boolean | undefined;

  constructor(
    private readonly probe: Probe,
    private readonly clock: Clock,
    private readonly check: (signal: AbortSignal) => Promise<CheckResult>,
    private readonly listener: ProbeListener,
    /** Checks at once, and a connection refused within the first period does not count and is tried again. */
    private readonly eager = false,
  ) {}

  /** @param since_ms how long the container has been running already */
  start(since_ms: number): void {
    const initial_ms = (this.probe.initialDelaySeconds ?? 0) * 1000;
    // Kubelet's first check falls anywhere within the first period; a check that may kill leaves the program all of it.
    const first_ms = this.eager ? initial_ms : Math.max(initial_ms, this.period_ms);
    const delay_ms = Math.max(0, first_ms - since_ms);
    if (this.eager) this.earlyUntil_ms = this.clock.monotonic_ms() + delay_ms + this.period_ms;
    this.schedule(delay_ms);
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.running?.abort();
  }

  private get period_ms(): number {
    return (this.probe.periodSeconds || DEFAULT_PERIOD_S) * 1000;
  }

  private schedule(delay_ms: number): void {
    this.timer = this.clock.setTimer(delay_ms, () => void this.run());
  }

  private async run(): Promise<void> {
    const started_ms = this.clock.monotonic_ms();
    const controller = new AbortController();
    this.running = controller;
    const timeout_ms = (this.probe.timeoutSeconds || DEFAULT_TIMEOUT_S) * 1000;
    const timeout = this.clock.setTimer(timeout_ms, () => controller.abort());
    const result = await this.check(controller.signal);
    timeout.cancel();
    if (this.stopped) return;
    if (result.refused && started_ms + EARLY_RETRY_MS < this.earlyUntil_ms) {
      this.schedule(EARLY_RETRY_MS);
      return;
    }
    this.earlyUntil_ms = 0;
    this.take(result);
    if (!this.stopped) this.schedule(Math.max(0, this.period_ms - (this.clock.monotonic_ms() - started_ms)));
  }

  private take({ ok, message }: CheckResult): void {
    if (!ok) this.listener.onFailure(message);
    this.row = ok === this.rowOk ? this.row + 1 : 1;
    this.rowOk = ok;
    const threshold = ok ? (this.probe.successThreshold ?? 1) : (this.probe.failureThreshold ?? DEFAULT_FAILURES);
    if (this.row < threshold || (ok && this.held === true)) return;
    this.held = ok;
    this.listener.onResult(ok, message);
  }
}
