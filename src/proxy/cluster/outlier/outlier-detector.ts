import { WheelTimer } from '../../../base/timer-wheel.js';
import type { OutlierDetection } from '../../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import type { ProxyContext } from '../../context.js';
import type { Host } from '../host.js';
import { compileOutlierDetection, type EjectionKind, type OutlierOptions, type RunKind } from './outlier-options.js';
import { OutlierStats } from './outlier-stats.js';
import { judgeRates, type Origin } from './success-rates.js';

/** The hosts that are watched. */
export interface WatchedHosts {
  readonly hosts: readonly Host[];
  /** Some host came in or out. */
  refresh(): void;
}

/** Figures of the last interval, in percent; -1 for none. */
export interface RateFigures {
  average: number;
  threshold: number;
}

/** Takes hosts that fail out of the balancing for a while, longer each time. */
export class OutlierDetector {
  readonly rates: Readonly<Record<Origin, RateFigures>> = {
    external: { average: -1, threshold: -1 },
    localOrigin: { average: -1, threshold: -1 },
  };
  private readonly options: OutlierOptions;
  private readonly stats: OutlierStats;
  private readonly timer = new WheelTimer(() => this.onInterval());

  /** @throws ConfigError */
  constructor(
    private readonly context: Pick<ProxyContext, 'clock' | 'random' | 'wheel' | 'stats'>,
    config: OutlierDetection,
    cluster: string,
    private readonly watched: WatchedHosts,
    /** Called before the change is told to balancers. */
    private readonly onEjected: (host: Host) => void = () => {},
  ) {
    this.options = compileOutlierDetection(config);
    this.stats = new OutlierStats(context.stats, cluster);
    context.wheel.arm(this.timer, this.options.interval_ms);
  }

  stop(): void {
    this.context.wheel.cancel(this.timer);
    for (const host of this.watched.hosts) this.forget(host);
  }

  /** The host is no longer there. */
  forget(host: Host): void {
    if (host.outlier.ejectedAt_ms !== undefined) this.stats.active.value--;
    host.outlier.ejectedAt_ms = undefined;
  }

  /** A response came. */
  onStatus(host: Host, status: number): void {
    const record = host.outlier;
    record.external.total++;
    if (status < 500) {
      record.external.success++;
      record.consecutive5xx = 0;
      record.consecutiveGatewayFailure = 0;
      return;
    }
    if (status < 502 || status > 504) record.consecutiveGatewayFailure = 0;
    else if (++record.consecutiveGatewayFailure === this.options.runs.consecutive_gateway_failure) {
      this.onRun(host, 'consecutive_gateway_failure');
    }
    if (++record.consecutive5xx === this.options.runs.consecutive_5xx) this.onRun(host, 'consecutive_5xx');
  }

  /**
   * A connect failed, a connection was reset, or an answer did not come in time; or all went well so far.
   * @param status that stands for the failure where failures of both kinds are counted together
   */
  onLocalOrigin(host: Host, ok: boolean, status: number): void {
    if (!this.options.split) {
      if (!ok) this.onStatus(host, status);
      return;
    }
    const record = host.outlier;
    record.localOrigin.total++;
    if (ok) {
      record.localOrigin.success++;
      record.consecutiveLocalOriginFailure = 0;
    } else if (++record.consecutiveLocalOriginFailure === this.options.runs.consecutive_local_origin_failure) {
      this.onRun(host, 'consecutive_local_origin_failure');
    }
  }

  /** A connection that carries no requests was made: all that can be said of it. */
  onConnected(host: Host): void {
    if (this.options.split) this.onLocalOrigin(host, true, 0);
    else this.onStatus(host, 200);
  }

  /** An active check found the host healthy. */
  onHealthy(host: Host): void {
    if (!this.options.unejectWhenHealthy || host.outlier.ejectedAt_ms === undefined) return;
    this.uneject(host);
    this.watched.refresh();
  }

  private onRun(host: Host, kind: RunKind): void {
    if (host.outlier.ejectedAt_ms !== undefined) return;
    this.stats.onDetected(kind);
    // begun anew, so that a further run is seen although nothing good came in between
    if (kind === 'consecutive_5xx') host.outlier.consecutive5xx = 0;
    else if (kind === 'consecutive_gateway_failure') host.outlier.consecutiveGatewayFailure = 0;
    else host.outlier.consecutiveLocalOriginFailure = 0;
    if (this.eject(host, kind)) this.watched.refresh();
  }

  /** @returns whether it was */
  private eject(host: Host, kind: EjectionKind): boolean {
    if (!this.mayEject()) {
      this.stats.overflow.value++;
      return false;
    }
    const { options, context } = this;
    if (context.random.below(100) >= options.enforcing[kind]) return false;
    this.stats.onEnforced(kind);
    const record = host.outlier;
    record.ejectedAt_ms = context.clock.monotonic_ms();
    record.jitter_ms = context.random.next() * options.jitter_ms;
    record.lastEjection_ms = context.clock.now();
    record.ejections++;
    if (options.baseEjection_ms * record.backoff < options.maxEjection_ms + options.baseEjection_ms) record.backoff++;
    this.onEjected(host);
    return true;
  }

  private mayEject(): boolean {
    const { alwaysEjectOne, maxEjectionPercent } = this.options;
    const { hosts } = this.watched;
    const ejected = hosts.reduce((count, host) => count + Number(host.outlier.ejectedAt_ms !== undefined), 0);
    if (alwaysEjectOne && ejected === 0) return true;
    return (100 * (ejected + 1)) / hosts.length <= maxEjectionPercent;
  }

  private onInterval(): void {
    const now_ms = this.context.clock.monotonic_ms();
    let changed = false;
    for (const host of this.watched.hosts) if (this.isDue(host, now_ms)) changed = this.uneject(host);
    for (const origin of ['external', 'localOrigin'] as const) if (this.judge(origin)) changed = true;
    if (changed) this.watched.refresh();
    this.context.wheel.arm(this.timer, this.options.interval_ms);
  }

  /** An interval without ejection shortens the next one by one step. */
  private isDue(host: Host, now_ms: number): boolean {
    const record = host.outlier;
    if (record.ejectedAt_ms === undefined) {
      if (record.backoff > 0) record.backoff--;
      return false;
    }
    const { baseEjection_ms, maxEjection_ms } = this.options;
    const out_ms = Math.min(baseEjection_ms * record.backoff, maxEjection_ms) + record.jitter_ms;
    return now_ms - record.ejectedAt_ms >= out_ms;
  }

  private uneject(host: Host): true {
    const record = host.outlier;
    record.ejectedAt_ms = undefined;
    record.lastUnejection_ms = this.context.clock.now();
    record.consecutive5xx = 0;
    record.consecutiveGatewayFailure = 0;
    record.consecutiveLocalOriginFailure = 0;
    this.stats.active.value--;
    return true;
  }

  private judge(origin: Origin): boolean {
    const verdict = judgeRates(this.watched.hosts, origin, this.options);
    this.rates[origin].average = verdict.average;
    this.rates[origin].threshold = verdict.threshold;
    const local = origin === 'localOrigin';
    let changed = false;
    const outlier = (host: Host, kind: EjectionKind): void => {
      if (host.outlier.ejectedAt_ms !== undefined) return;
      this.stats.onDetected(kind);
      if (this.eject(host, kind)) changed = true;
    };
    for (const host of verdict.belowRate) outlier(host, local ? 'local_origin_success_rate' : 'success_rate');
    for (const host of verdict.aboveFailures) {
      outlier(host, local ? 'local_origin_failure_percentage' : 'failure_percentage');
    }
    return changed;
  }
}
