import type { Random } from '../../base/random.js';
import type { Balancer } from './balancer.js';
import type { ClusterStats } from './cluster-stats.js';
import type { Host } from './host.js';

/** Envoy: a priority keeps all its traffic while 100/1.4 percent of its hosts are healthy. */
const OVERPROVISIONING_PERCENT = 140;

/** The hosts of one priority. */
class Level {
  hosts: Host[] = [];
  healthyCount = 0;
  /** Percent of the traffic. */
  load = 0;
  panic = false;

  constructor(readonly balancer: Balancer) {}
}

/** All hosts of a cluster by priority, and which of them get traffic now. */
export class HostSet {
  private levels: Level[] = [];
  private members: readonly Host[] = [];

  /** @param panicThreshold percent of healthy hosts below which health is not looked at */
  constructor(
    private readonly makeBalancer: () => Balancer,
    private readonly panicThreshold: number,
    private readonly overprovisioning: () => number | undefined,
    private readonly stats: ClusterStats,
    private readonly random: Random,
  ) {}

  get hosts(): readonly Host[] {
    return this.members;
  }

  update(hosts: readonly Host[]): void {
    this.members = hosts;
    const count = hosts.reduce((most, host) => Math.max(most, host.priority + 1), 1);
    while (this.levels.length < count) this.levels.push(new Level(this.makeBalancer()));
    this.levels.length = count;
    for (const level of this.levels) level.hosts = [];
    for (const host of hosts) this.levels[host.priority]!.hosts.push(host);
    this.refresh();
  }

  /** Some host's health changed. */
  refresh(): void {
    for (const level of this.levels) level.healthyCount = level.hosts.filter((host) => host.healthy).length;
    this.spreadLoad();
    for (const level of this.levels)
      level.balancer.update(level.panic ? level.hosts : level.hosts.filter((host) => host.healthy));
    this.stats.gauges.membership_total.set(this.members.length);
    this.stats.gauges.membership_healthy.set(this.members.filter((host) => host.healthy).length);
    this.stats.gauges.membership_degraded.set(this.members.filter((host) => host.edsDegraded).length);
  }

  choose(): Host | undefined {
    const level = this.levels.length === 1 ? this.levels[0] : this.chooseLevel();
    if (level === undefined) return undefined;
    if (level.panic) this.stats.counters.lb_healthy_panic.value++;
    return level.balancer.choose();
  }

  private chooseLevel(): Level | undefined {
    let left = this.random.below(100);
    for (const level of this.levels) {
      if (left < level.load) return level;
      left -= level.load;
    }
    return this.levels.find((level) => level.load > 0);
  }

  /** Each priority takes what its health allows, the next one the rest. */
  private spreadLoad(): void {
    const factor = this.overprovisioning() ?? OVERPROVISIONING_PERCENT;
    const health = this.levels.map(({ hosts, healthyCount }) =>
      hosts.length === 0 ? 0 : Math.min(100, Math.floor((factor * healthyCount) / hosts.length)),
    );
    const total = Math.min(
      100,
      health.reduce((sum, part) => sum + part, 0),
    );
    let left = 100;
    this.levels.forEach((level, i) => {
      const share = total === 0 ? 0 : Math.min(left, Math.round((health[i]! * 100) / total));
      level.load = share;
      left -= share;
      const healthyPercent = level.hosts.length === 0 ? 0 : (100 * level.healthyCount) / level.hosts.length;
      level.panic = total < 100 && healthyPercent < this.panicThreshold && level.hosts.length > 0;
    });
    if (total === 0) this.spreadByCount();
    else if (left > 0) this.levels.find((level) => level.load > 0)!.load += left;
  }

  private spreadByCount(): void {
    const count = Math.max(1, this.members.length);
    for (const level of this.levels) level.load = Math.round((100 * level.hosts.length) / count);
  }
}
