import type { Random } from '../../../base/random.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { HostLevel } from './host-level.js';
import { localityKey } from './host-level.js';
import { inPanic } from './priority-loads.js';

/** Shares are computed in hundredths of a percent. */
const WHOLE = 10_000;

export interface ZoneAwareOptions {
  /** Percent of choices that look at zones. */
  readonly routingEnabled: number;
  /** Healthy hosts below which zones are not looked at. */
  readonly minClusterSize: number;
}

/** The hosts of the proxies themselves, by which each learns its zone's part of the traffic. */
export interface LocalCluster {
  /** Of its first priority. */
  level(): HostLevel | undefined;
}

/**
 * Keeps traffic in the proxy's own zone as far as that zone has upstream hosts for its part of the traffic, and spreads the
 * rest by what other zones have to spare (Envoy's zone aware routing; the first priority alone).
 */
export class ZoneRouting {
  /** Part of the traffic that stays, in hundredths of a percent. */
  private readonly stay: number;
  /** What each locality has to spare, summed up. */
  private readonly spare: readonly number[];

  private constructor(
    upstream: HostLevel,
    proxies: HostLevel,
    private readonly stats: ClusterStats,
    private readonly random: Random,
  ) {
    const proxiesOf = new Map(proxies.localities.map((each) => [localityKey(each.locality), each.healthy.length]));
    const offered = upstream.localities.map(({ healthy }) => portion(healthy.length, upstream.healthy.length));
    const asked = upstream.localities.map(({ locality }) =>
      portion(proxiesOf.get(localityKey(locality)) ?? 0, proxies.healthy.length),
    );
    const direct = offered[0]! > 0 && offered[0]! >= asked[0]!;
    this.stay = direct ? WHOLE : Math.floor((offered[0]! * WHOLE) / Math.max(1, asked[0]!));
    let sum = 0;
    this.spare = offered.map((percent, i) => {
      if (i > 0) sum += Math.max(0, percent - asked[i]!);
      return sum;
    });
  }

  /** @returns undefined where zones cannot be looked at */
  static of(
    upstream: HostLevel,
    proxies: HostLevel,
    options: ZoneAwareOptions,
    stats: ClusterStats,
    random: Random,
  ): ZoneRouting | undefined {
    stats.counters.lb_recalculate_zone_structures.value++;
    if (upstream.localities.length < 2 || !upstream.hasLocal) return undefined;
    if (!proxies.hasLocal || proxies.localities[0]!.healthy.length === 0) return undefined;
    if (upstream.healthy.length < options.minClusterSize) {
      stats.counters.lb_zone_cluster_too_small.value++;
      return undefined;
    }
    return new ZoneRouting(upstream, proxies, stats, random);
  }

  /** @returns the index of the locality, or undefined to look at none */
  choose(proxies: HostLevel, panicThreshold: number, options: ZoneAwareOptions): number | undefined {
    const { counters } = this.stats;
    if (options.routingEnabled < 100 && this.random.below(100) >= options.routingEnabled) return undefined;
    if (inPanic(proxies, panicThreshold)) {
      counters.lb_local_cluster_not_ok.value++;
      return undefined;
    }
    if (this.stay === WHOLE) {
      counters.lb_zone_routing_all_directly.value++;
      return 0;
    }
    if (this.random.below(WHOLE) < this.stay) {
      counters.lb_zone_routing_sampled.value++;
      return 0;
    }
    counters.lb_zone_routing_cross_zone.value++;
    return this.elsewhere();
  }

  private elsewhere(): number {
    const { spare, random } = this;
    const total = spare.at(-1)!;
    if (total === 0) {
      // only rounding leads here
      this.stats.counters.lb_zone_no_capacity_left.value++;
      return random.below(spare.length);
    }
    const drawn = random.below(total);
    return spare.findIndex((sum) => drawn < sum);
  }
}

function portion(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((WHOLE * part) / whole);
}
