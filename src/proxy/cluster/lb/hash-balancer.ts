import type { Random } from '../../../base/random.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { Host } from '../host.js';
import { BoundedLoad } from './bounded-load.js';
import type { ChoiceContext } from './choice-context.js';
import type { HashTable, HashTableFactory, WeightedHosts } from './hash-table.js';
import type { HostGroups, HostLevel } from './host-level.js';
import { chooseUnrefused, type LoadBalancer } from './load-balancer.js';
import { choosePriority, type SpreadTraffic, spreadTraffic } from './priority-loads.js';

/** Key of `envoy.lb` that says what an endpoint is hashed by. */
const HASH_KEY = 'hash_key';

export interface HashBalancerOptions {
  readonly panicThreshold: number;
  readonly localityWeighted: boolean;
  readonly useHostname: boolean;
  /** Percent of the average that a host may get; 0 for no bound. */
  readonly balanceFactor: number;
}

/** One priority's table and what it was made of. */
interface Level {
  readonly made: WeightedHosts;
  readonly table: HashTable;
}

/** Requests of the same hash go to the same host, by a table that each priority has. */
export class HashBalancer implements LoadBalancer {
  private levels: readonly Level[] = [];
  private traffic: SpreadTraffic = { healthy: [], degraded: [], panic: [] };

  constructor(
    private readonly makeTable: HashTableFactory,
    private readonly options: HashBalancerOptions,
    private readonly stats: ClusterStats,
    private readonly random: Random,
  ) {}

  update(levels: readonly HostLevel[]): void {
    this.traffic = spreadTraffic(levels, this.options.panicThreshold);
    this.levels = levels.map((level, i) => this.levelOf(this.weigh(level, this.traffic.panic[i]!), this.levels[i]));
  }

  choose(context: ChoiceContext): Host | undefined {
    const hash = context.hash?.() ?? this.randomHash();
    const chosen = choosePriority(this.traffic, 1 + Number(hash % 100n));
    const priority = chosen < 0 ? ~chosen : chosen;
    if (this.traffic.panic[priority]) this.stats.counters.lb_healthy_panic.value++;
    const table = this.levels[priority]?.table;
    return chooseUnrefused(context, (attempt) => table?.find(hash, attempt));
  }

  /** A table is made anew only when its hosts or weights are others: health elsewhere changes more often. */
  private levelOf(made: WeightedHosts, known: Level | undefined): Level {
    if (known !== undefined && isSame(known.made, made)) return known;
    const table = this.makeTable(made);
    const { balanceFactor } = this.options;
    if (balanceFactor === 0) return { made, table };
    const active = this.stats.gauges.upstream_rq_active;
    return { made, table: new BoundedLoad(table, made, balanceFactor, active) };
  }

  private weigh(level: HostLevel, panic: boolean): WeightedHosts {
    const kind: keyof HostGroups = panic ? 'hosts' : 'healthy';
    const hosts: Host[] = [];
    const weights: number[] = [];
    const add = (group: readonly Host[], share: number): void => {
      const total = group.reduce((sum, host) => sum + host.weight, 0);
      for (const host of group) {
        hosts.push(host);
        weights.push((host.weight * share) / total);
      }
    };
    if (!this.options.localityWeighted) {
      add(level[kind], 1);
    } else {
      const total = level.localities.reduce((sum, locality) => sum + locality.weight, 0);
      for (const locality of level.localities) {
        if (locality.weight > 0) add(locality[kind], locality.weight / total);
      }
    }
    return { hosts, weights, keys: hosts.map((host) => this.keyOf(host)) };
  }

  private keyOf(host: Host): string {
    const key = host.lbMetadata[HASH_KEY];
    if (typeof key === 'string' && key !== '') return key;
    return this.options.useHostname ? host.hostname : host.id;
  }

  private randomHash(): bigint {
    return (BigInt(this.random.below(0x100000000)) << 32n) | BigInt(this.random.below(0x100000000));
  }
}

function isSame(a: WeightedHosts, b: WeightedHosts): boolean {
  return (
    a.hosts.length === b.hosts.length &&
    a.hosts.every((host, i) => host === b.hosts[i] && a.weights[i] === b.weights[i] && a.keys[i] === b.keys[i])
  );
}
