import { WheelTimer } from '../../base/timer-wheel.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import type { CheckTiming } from './check-timing.js';
import type { HealthStats } from './health-stats.js';
import type { Probe, ProbeOutcome } from './probe.js';

export interface HealthRules {
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly timing: CheckTiming;
  /** Whether the cluster ever made a connection for a request. */
  readonly hasTraffic: () => boolean;
  /** Called when a check ended; `changed` when the host's health did. */
  readonly onChecked: (host: Host, changed: boolean) => void;
}

/** The checks of one host, and what they add up to. */
export class HealthSession {
  /** No check ended yet. */
  first = true;
  private successes = 0;
  private failures = 0;
  private stopped = false;
  private readonly interval = new WheelTimer(() => this.begin());
  private readonly timeout = new WheelTimer(() => this.onTimeout());

  constructor(
    private readonly context: ProxyContext,
    readonly host: Host,
    private readonly probe: Probe,
    private readonly rules: HealthRules,
    private readonly stats: HealthStats,
  ) {
    if (!host.check.failed) stats.healthy.value++;
  }

  start(): void {
    const delay_ms = this.rules.timing.first();
    if (delay_ms === 0) this.begin();
    else this.context.wheel.arm(this.interval, delay_ms);
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    const { check } = this.host;
    if (!check.failed) this.stats.healthy.value--;
    if (check.degraded) this.stats.degraded.value--;
    this.context.wheel.cancel(this.interval);
    this.context.wheel.cancel(this.timeout);
    this.probe.close();
  }

  /** An answer to a request said that the host is to be left alone at once. */
  onImmediateFailure(): void {
    if (this.stopped) return;
    this.host.check.excluded = true;
    this.stats.passiveFailure.value++;
    const before = this.host.check.failed;
    this.fail(false, false);
    if (!before) this.rules.onChecked(this.host, true);
  }

  private begin(): void {
    this.stats.attempt.value++;
    this.context.wheel.arm(this.timeout, this.rules.timing.timeout_ms);
    this.probe.check((outcome) => this.onOutcome(outcome));
  }

  private onTimeout(): void {
    this.probe.close();
    this.end(this.fail(true, true));
  }

  private onOutcome(outcome: ProbeOutcome): void {
    if (this.stopped) return;
    this.context.wheel.cancel(this.timeout);
    if (outcome.kind === 'success') {
      this.end(this.succeed(outcome.degraded));
      return;
    }
    if (outcome.kind === 'failure' && outcome.excludes) this.host.check.excluded = true;
    this.end(this.fail(outcome.kind === 'network' || outcome.retriable, false, outcome.kind === 'network'));
  }

  private end(changed: 'changed' | 'pending' | 'same'): void {
    const { check } = this.host;
    const wasPending = check.pending;
    check.pending = false;
    this.first = false;
    const { timing, hasTraffic, onChecked } = this.rules;
    const healthy = this.failures === 0;
    this.context.wheel.arm(this.interval, timing.next({ healthy, pending: changed === 'pending' }, hasTraffic()));
    onChecked(this.host, changed === 'changed' || wasPending);
  }

  private succeed(degraded: boolean): 'changed' | 'pending' | 'same' {
    const { check } = this.host;
    this.failures = 0;
    this.stats.success.value++;
    let changed: 'changed' | 'pending' | 'same' = 'same';
    if (check.failed) {
      // the first check alone says enough, so that a start is fast
      if (this.first || ++this.successes >= this.rules.healthyThreshold) {
        this.recover();
        changed = 'changed';
      } else {
        changed = 'pending';
      }
    } else if (check.excluded) {
      check.excluded = false;
      changed = 'changed';
    }
    if (degraded !== check.degraded) {
      check.degraded = degraded;
      this.stats.degraded.value += degraded ? 1 : -1;
      changed = 'changed';
    }
    return changed;
  }

  private recover(): void {
    const { check } = this.host;
    check.failed = false;
    check.timedOut = false;
    check.excluded = false;
    this.host.healthySince_ms = this.context.clock.monotonic_ms();
    this.stats.healthy.value++;
  }

  /** @param counted whether the threshold's number of failures is needed */
  private fail(counted: boolean, timedOut: boolean, network = timedOut): 'changed' | 'pending' | 'same' {
    const { check } = this.host;
    this.successes = 0;
    this.failures++;
    this.stats.failure.value++;
    if (network) this.stats.networkFailure.value++;
    if (check.failed) {
      check.timedOut = timedOut;
      return 'same';
    }
    if (counted && this.failures < this.rules.unhealthyThreshold) return 'pending';
    check.failed = true;
    check.timedOut = timedOut;
    this.stats.healthy.value--;
    return 'changed';
  }
}
