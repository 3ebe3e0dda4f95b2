import type { Random } from '../../base/random.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { OutlierDetection } from '../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { Counter, Gauge } from '../stats/metrics.js';
import type { Host } from './host.js';
import type { HostSet } from './host-set.js';

/** Envoy's defaults. */
const DEFAULTS = {
  interval_ms: 10_000,
  baseEjectionTime_ms: 30_000,
  maxEjectionTime_ms: 300_000,
  maxEjectionPercent: 10,
  consecutive: 5,
};

type Kind = 'consecutive_5xx' | 'consecutive_gateway_failure' | 'consecutive_local_origin_failure';

interface Trigger {
  readonly threshold: number;
  /** Percent of detections that lead to an ejection. */
  readonly enforcing: number;
  readonly detected: Counter;
  readonly enforced: Counter;
}

/** Takes hosts that fail out of the balancing for a while, longer each time. */
export class OutlierDetector {
  private readonly interval_ms: number;
  private readonly base_ms: number;
  private readonly max_ms: number;
  private readonly jitter_ms: number;
  private readonly maxPercent: number;
  private readonly alwaysOne: boolean;
  private readonly split: boolean;
  private readonly triggers: Readonly<Record<Kind, Trigger>>;
  private readonly active: Gauge;
  private readonly enforcedTotal: Counter;
  private readonly overflow: Counter;
  private readonly timer = new WheelTimer(() => this.onInterval());
  private readonly random: Random;

  constructor(
    private readonly context: ProxyContext,
    config: OutlierDetection,
    cluster: string,
    private readonly hosts: HostSet,
  ) {
    this.random = context.random;
    if ((config.enforcingSuccessRate ?? 0) > 0) {
      throw new ConfigError('outlier_detection.enforcing_success_rate', 'only 0 is supported');
    }
    this.interval_ms = milliseconds(config.interval, DEFAULTS.interval_ms);
    this.base_ms = milliseconds(config.baseEjectionTime, DEFAULTS.baseEjectionTime_ms);
    this.max_ms = Math.max(this.base_ms, milliseconds(config.maxEjectionTime, DEFAULTS.maxEjectionTime_ms));
    this.jitter_ms = milliseconds(config.maxEjectionTimeJitter, 0);
    this.maxPercent = config.maxEjectionPercent ?? DEFAULTS.maxEjectionPercent;
    this.alwaysOne = config.alwaysEjectOneHost ?? false;
    this.split = config.splitExternalLocalOriginErrors;
    const prefix = `cluster.${cluster}.outlier_detection`;
    const { stats } = context;
    const trigger = (kind: Kind, threshold: number | undefined, enforcing: number): Trigger => ({
      threshold: threshold ?? DEFAULTS.consecutive,
      enforcing,
      detected: stats.counter(`${prefix}.ejections_detected_${kind}`),
      enforced: stats.counter(`${prefix}.ejections_enforced_${kind}`),
    });
    this.triggers = {
      consecutive_5xx: trigger('consecutive_5xx', config.consecutive5xx, config.enforcingConsecutive5xx ?? 100),
      consecutive_gateway_failure: trigger(
        'consecutive_gateway_failure',
        config.consecutiveGatewayFailure,
        config.enforcingConsecutiveGatewayFailure ?? 0,
      ),
      consecutive_local_origin_failure: trigger(
        'consecutive_local_origin_failure',
        config.consecutiveLocalOriginFailure,
        config.enforcingConsecutiveLocalOriginFailure ?? 100,
      ),
    };
    this.active = stats.gauge(`${prefix}.ejections_active`);
    this.enforcedTotal = stats.counter(`${prefix}.ejections_enforced_total`);
    this.overflow = stats.counter(`${prefix}.ejections_overflow`);
    context.wheel.arm(this.timer, this.interval_ms);
  }

  stop(): void {
    this.context.wheel.cancel(this.timer);
  }

  /** A response came. */
  onStatus(host: Host, status: number): void {
    const record = host.outlier;
    if (status < 500) {
      record.consecutive5xx = 0;
      record.consecutiveGatewayFailure = 0;
      return;
    }
    if (status >= 502 && status <= 504) {
      record.consecutiveGatewayFailure = this.count(
        host,
        'consecutive_gateway_failure',
        record.consecutiveGatewayFailure,
      );
    } else {
      record.consecutiveGatewayFailure = 0;
    }
    record.consecutive5xx = this.count(host, 'consecutive_5xx', record.consecutive5xx);
  }

  /** A connect failed, a connection was reset, or an answer did not come in time. */
  onLocalOrigin(host: Host, ok: boolean, status: number): void {
    const record = host.outlier;
    if (!this.split) {
      if (!ok) this.onStatus(host, status);
      return;
    }
    record.consecutiveLocalOriginFailure = ok
      ? 0
      : this.count(host, 'consecutive_local_origin_failure', record.consecutiveLocalOriginFailure);
  }

  /** @returns the new length of the run of failures */
  private count(host: Host, kind: Kind, run: number): number {
    const trigger = this.triggers[kind];
    if (run + 1 < trigger.threshold) return run + 1;
    if (host.outlier.ejectedAt_ms === undefined) this.detected(host, trigger);
    return 0;
  }

  private detected(host: Host, trigger: Trigger): void {
    trigger.detected.value++;
    if (!this.mayEject()) {
      this.overflow.value++;
      return;
    }
    if (this.random.below(100) >= trigger.enforcing) return;
    trigger.enforced.value++;
    this.enforcedTotal.value++;
    const record = host.outlier;
    record.ejectedAt_ms = this.context.clock.monotonic_ms() + this.random.next() * this.jitter_ms;
    record.lastEjection_ms = this.context.clock.now();
    record.ejections++;
    if (this.base_ms * (record.backoff + 1) < this.max_ms + this.base_ms) record.backoff++;
    this.active.value++;
    this.hosts.refresh();
  }

  private mayEject(): boolean {
    const total = this.hosts.hosts.length;
    const ejected = this.hosts.hosts.filter((host) => host.outlier.ejectedAt_ms !== undefined).length;
    if (this.alwaysOne && ejected === 0) return true;
    return (100 * (ejected + 1)) / total <= this.maxPercent;
  }

  private onInterval(): void {
    const now_ms = this.context.clock.monotonic_ms();
    let changed = false;
    for (const host of this.hosts.hosts) if (this.checkHost(host, now_ms)) changed = true;
    this.active.value = this.hosts.hosts.filter((host) => host.outlier.ejectedAt_ms !== undefined).length;
    if (changed) this.hosts.refresh();
    this.context.wheel.arm(this.timer, this.interval_ms);
  }

  /** @returns whether the host came back. A healthy interval shortens the next ejection by one step. */
  private checkHost(host: Host, now_ms: number): boolean {
    const record = host.outlier;
    if (record.ejectedAt_ms === undefined) {
      if (record.backoff > 0) record.backoff--;
      return false;
    }
    if (now_ms - record.ejectedAt_ms < Math.min(this.base_ms * record.backoff, this.max_ms)) return false;
    record.ejectedAt_ms = undefined;
    record.lastUnejection_ms = this.context.clock.now();
    record.consecutive5xx = 0;
    record.consecutiveGatewayFailure = 0;
    record.consecutiveLocalOriginFailure = 0;
    return true;
  }
}
