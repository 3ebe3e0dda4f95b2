import type { Random } from '../../../base/random.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { Host } from '../host.js';
import { EdfSchedule } from './edf-schedule.js';
import type { HostLevel, LocalityHosts } from './host-level.js';
import type { HostPicker } from './load-balancer.js';
import { type LocalCluster, type ZoneAwareOptions, ZoneRouting } from './zone-routing.js';

export interface LocalityOptions {
  /** Localities get traffic by their weight and health. */
  readonly localityWeighted: boolean;
  /** undefined: zones are not looked at. */
  readonly zoneAware: (ZoneAwareOptions & { readonly local: LocalCluster }) | undefined;
}

/** Pickers of localities, and whose turn it is. */
class WeightedLocalities {
  private readonly pickers: HostPicker[] = [];
  private schedule: EdfSchedule<number> | undefined;

  constructor(private readonly makePicker: () => HostPicker) {}

  /** @param weights 0 leaves a locality out; all 0 leaves weights out of the choice */
  update(groups: readonly (readonly Host[])[], weights: readonly number[]): void {
    this.pickers.length = Math.min(this.pickers.length, groups.length);
    groups.forEach((hosts, i) => {
      this.pickers[i] ??= this.makePicker();
      this.pickers[i].update(hosts);
    });
    const weighted = [...weights.keys()].filter((i) => weights[i]! > 0);
    this.schedule = weighted.length === 0 ? undefined : new EdfSchedule(weighted, (i) => weights[i]!);
  }

  /** By weight; undefined without weights. */
  next(): HostPicker | undefined {
    const at = this.schedule?.next();
    return at === undefined ? undefined : this.pickers[at];
  }

  at(index: number): HostPicker | undefined {
    return this.pickers[index];
  }
}

/** The pickers of one priority: of all hosts, of the healthy and the degraded, and of those by locality. */
export class LevelPickers {
  readonly all: HostPicker;
  private readonly healthy: HostPicker;
  private readonly degraded: HostPicker;
  private healthyLocalities: WeightedLocalities | undefined;
  private degradedLocalities: WeightedLocalities | undefined;
  private zones: ZoneRouting | undefined;
  private level: HostLevel | undefined;
  /** What the zones were computed from. */
  private proxies: HostLevel | undefined;

  constructor(
    private readonly makePicker: () => HostPicker,
    private readonly options: LocalityOptions,
    private readonly stats: ClusterStats,
    private readonly random: Random,
  ) {
    this.all = makePicker();
    this.healthy = makePicker();
    this.degraded = makePicker();
  }

  update(level: HostLevel, first: boolean): void {
    this.all.update(level.hosts);
    this.healthy.update(level.healthy);
    this.degraded.update(level.degraded);
    const { zoneAware, localityWeighted } = this.options;
    const looksAtZones = zoneAware !== undefined && first;
    this.level = looksAtZones ? level : undefined;
    this.proxies = undefined;
    this.zones = undefined;
    if (!localityWeighted && !looksAtZones) {
      this.healthyLocalities = undefined;
      this.degradedLocalities = undefined;
      return;
    }
    this.healthyLocalities ??= new WeightedLocalities(this.makePicker);
    this.degradedLocalities ??= new WeightedLocalities(this.makePicker);
    this.updateLocalities(level, this.healthyLocalities, 'healthy');
    this.updateLocalities(level, this.degradedLocalities, 'degraded');
  }

  /** The picker that gets all traffic of healthy hosts; undefined when localities have a say. */
  get only(): HostPicker | undefined {
    return this.healthyLocalities === undefined ? this.healthy : undefined;
  }

  pickHealthy(panicThreshold: number): Host | undefined {
    return (this.healthyLocalities?.next() ?? this.ownZone(panicThreshold) ?? this.healthy).pick();
  }

  pickDegraded(): Host | undefined {
    return (this.degradedLocalities?.next() ?? this.degraded).pick();
  }

  private ownZone(panicThreshold: number): HostPicker | undefined {
    const { zoneAware } = this.options;
    if (zoneAware === undefined || this.level === undefined) return undefined;
    const proxies = zoneAware.local.level();
    if (proxies === undefined) return undefined;
    if (proxies !== this.proxies) {
      this.proxies = proxies;
      this.zones = ZoneRouting.of(this.level, proxies, zoneAware, this.stats, this.random);
    }
    const index = this.zones?.choose(proxies, panicThreshold, zoneAware);
    return index === undefined ? undefined : this.healthyLocalities?.at(index);
  }

  private updateLocalities(level: HostLevel, localities: WeightedLocalities, kind: 'healthy' | 'degraded'): void {
    const { localityWeighted } = this.options;
    localities.update(
      level.localities.map((locality) => locality[kind]),
      level.localities.map((locality) => (localityWeighted ? effectiveWeight(locality, level, kind) : 0)),
    );
  }
}

/** The locality's weight, less as its hosts are not available. */
function effectiveWeight(locality: LocalityHosts, level: HostLevel, kind: 'healthy' | 'degraded'): number {
  const count = locality.hosts.length - locality.excludedCount;
  if (count === 0) return 0;
  const part = (level.policy.overprovisioning / 100) * (locality[kind].length / count);
  return locality.weight * Math.min(1, part);
}
