import type { Gauge } from '../../stats/metrics.js';
import type { Host } from '../host.js';
import type { HashTable, WeightedHosts } from './hash-table.js';
import { MersenneTwister } from './mersenne-twister.js';

/**
 * Caps what one host gets at a percentage of the average (Mirrokni and others, "Consistent Hashing with Bounded Loads"): a hash
 * whose host is full jumps to others in an order that depends on the hash alone.
 */
export class BoundedLoad implements HashTable {
  private readonly weightOf: ReadonlyMap<Host, number>;

  constructor(
    private readonly table: HashTable,
    private readonly weighted: WeightedHosts,
    /** Percent of the average. */
    private readonly factor: number,
    private readonly activeRequests: Gauge,
  ) {
    this.weightOf = new Map(weighted.hosts.map((host, i) => [host, weighted.weights[i]!]));
  }

  find(hash: bigint, attempt: number): Host | undefined {
    const host = this.table.find(hash, attempt);
    if (host === undefined) return undefined;
    const load = this.loadOf(host);
    return load <= 1 ? host : this.jump(hash, host, load);
  }

  private jump(hash: bigint, full: Host, load: number): Host {
    const { hosts } = this.weighted;
    const order = [...hosts.keys()];
    const random = new MersenneTwister(Number(hash & 0xffffffffn));
    let best = full;
    let least = load;
    for (let i = 0; i < order.length; i++) {
      const j = i + random.below(order.length - i);
      const at = order[j]!;
      order[j] = order[i]!;
      order[i] = at;
      const other = hosts[at]!;
      if (other === full) continue;
      const otherLoad = this.loadOf(other);
      if (otherLoad <= 1) return other;
      if (otherLoad < least) {
        best = other;
        least = otherLoad;
      }
    }
    return best;
  }

  /** Above 1: full. */
  private loadOf(host: Host): number {
    const slots = Math.floor(((this.activeRequests.value + 1) * this.factor + 99) / 100);
    return host.activeRequests / Math.max(1, Math.ceil(slots * this.weightOf.get(host)!));
  }
}
