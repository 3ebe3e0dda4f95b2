import type { ClusterStats } from './cluster-stats.js';
import type { Host, HostLocality } from './host.js';
import { DEFAULT_LEVEL_POLICY, type HostLevel, type LevelPolicy, levelsOf } from './lb/host-level.js';
import type { LoadBalancer } from './lb/load-balancer.js';

/** All hosts of a cluster by priority, and what of them the balancer is told. */
export class HostSet {
  private members: readonly Host[] = [];
  private policy: LevelPolicy = DEFAULT_LEVEL_POLICY;
  private current: readonly HostLevel[] = [];

  constructor(
    private readonly balancer: LoadBalancer,
    private readonly stats: ClusterStats,
    /** Of the proxy. */
    private readonly own: HostLocality,
  ) {}

  get hosts(): readonly Host[] {
    return this.members;
  }

  get levels(): readonly HostLevel[] {
    return this.current;
  }

  update(hosts: readonly Host[], policy: LevelPolicy): void {
    this.members = hosts;
    this.policy = policy;
    this.refresh();
  }

  /** Some host's health changed. */
  refresh(): void {
    this.current = levelsOf(this.members, this.policy, this.own);
    this.balancer.update(this.current);
    const { gauges } = this.stats;
    const count = (part: (level: HostLevel) => number): number =>
      this.current.reduce((total, level) => total + part(level), 0);
    gauges.membership_total.set(this.members.length);
    gauges.membership_healthy.set(count((level) => level.healthy.length));
    gauges.membership_degraded.set(count((level) => level.degraded.length));
    gauges.membership_excluded.set(count((level) => level.excludedCount));
  }
}
