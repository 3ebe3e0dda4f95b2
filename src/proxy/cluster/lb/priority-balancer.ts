import type { Random } from '../../../base/random.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { HostLevel } from './host-level.js';
import { LevelPickers, type LocalityOptions } from './level-pickers.js';
import { chooseUnrefused, type HostPicker, type LoadBalancer } from './load-balancer.js';
import { choosePriority, type SpreadTraffic, spreadTraffic } from './priority-loads.js';

export interface PriorityBalancerOptions extends LocalityOptions {
  /** Percent of hosts that are healthy or degraded below which health is not looked at. */
  readonly panicThreshold: number;
  /** Instead of looking at no health, a level in panic gives no host. */
  readonly failTrafficOnPanic: boolean;
}

/** Chooses a priority by load, in it perhaps a locality, and there a host with a picker. */
export class PriorityBalancer implements LoadBalancer {
  private levels: readonly HostLevel[] = [];
  private readonly pickers: LevelPickers[] = [];
  private traffic: SpreadTraffic = { healthy: [], degraded: [], panic: [] };
  /** The one picker that gets everything: the usual case, which costs nothing beyond the picker. */
  private only: HostPicker | undefined;

  constructor(
    private readonly makePicker: () => HostPicker,
    private readonly options: PriorityBalancerOptions,
    private readonly stats: ClusterStats,
    private readonly random: Random,
  ) {}

  update(levels: readonly HostLevel[]): void {
    this.levels = levels;
    this.traffic = spreadTraffic(levels, this.options.panicThreshold);
    this.pickers.length = Math.min(this.pickers.length, levels.length);
    levels.forEach((level, i) => {
      this.pickers[i] ??= new LevelPickers(this.makePicker, this.options, this.stats, this.random);
      this.pickers[i].update(level, i === 0);
    });
    this.only = this.traffic.healthy[0] === 100 && !this.traffic.panic[0] ? this.pickers[0]!.only : undefined;
  }

  choose(context: ChoiceContext): Host | undefined {
    if (this.only !== undefined && context.hostFilter === undefined && context.overrideLoads === undefined) {
      return this.only.pick();
    }
    return chooseUnrefused(context, () => this.chooseOnce(context));
  }

  private chooseOnce(context: ChoiceContext): Host | undefined {
    const loads = context.overrideLoads?.(this.levels, this.traffic) ?? this.traffic;
    const chosen = choosePriority(loads, 1 + this.random.below(100));
    const priority = chosen < 0 ? ~chosen : chosen;
    const pickers = this.pickers[priority];
    if (this.traffic.panic[priority]) {
      this.stats.counters.lb_healthy_panic.value++;
      return this.options.failTrafficOnPanic ? undefined : pickers?.all.pick();
    }
    return chosen < 0 ? pickers?.pickDegraded() : pickers?.pickHealthy(this.options.panicThreshold);
  }
}
