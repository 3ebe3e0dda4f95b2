import type { Clock } from '../../../base/clock.js';
import type { Cluster_SlowStartConfig } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { SlowStartConfig } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.js';
import { milliseconds } from '../../config/duration.js';
import { ConfigError } from '../../errors.js';
import type { Host } from '../host.js';

const MIN_WEIGHT_PERCENT = 10;

/** New hosts get a growing share of their weight at first. */
export class SlowStart {
  private constructor(
    private readonly clock: Clock,
    private readonly window_ms: number,
    private readonly aggression: number,
    private readonly leastFactor: number,
  ) {}

  /** @returns undefined without a window @throws ConfigError */
  static of(
    config: Cluster_SlowStartConfig | SlowStartConfig | undefined,
    clock: Clock,
    path: string,
  ): SlowStart | undefined {
    const window_ms = milliseconds(config?.slowStartWindow, 0);
    if (config === undefined || window_ms === 0) return undefined;
    const aggression = config.aggression?.defaultValue ?? 1;
    if (!(aggression > 0)) throw new ConfigError(`${path}.aggression`, 'must be above 0');
    const least = (config.minWeightPercent?.value ?? MIN_WEIGHT_PERCENT) / 100;
    return new SlowStart(clock, window_ms, aggression, least);
  }

  /** Whether one of the hosts has not its whole weight yet. */
  concerns(hosts: readonly Host[]): boolean {
    const now_ms = this.clock.monotonic_ms();
    return hosts.some((host) => this.since(host, now_ms) < this.window_ms);
  }

  /** What the host's weight is to be multiplied with, above 0 and at most 1. */
  factor(host: Host): number {
    const passed_ms = this.since(host, this.clock.monotonic_ms());
    if (passed_ms >= this.window_ms) return 1;
    const time = Math.max(1, passed_ms) / this.window_ms;
    return Math.max(this.leastFactor, this.aggression === 1 ? time : time ** (1 / this.aggression));
  }

  private since(host: Host, now_ms: number): number {
    return host.healthySince_ms === undefined ? Number.POSITIVE_INFINITY : now_ms - host.healthySince_ms;
  }
}
