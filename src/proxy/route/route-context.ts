import type { Random } from '../../base/random.js';
import type { Runtime } from '../runtime/runtime.js';
import type { StatsStore } from '../stats/store.js';

/** What compiled routes ask while they serve, and while they are compiled. */
export interface RouteContext {
  readonly random: Random;
  readonly runtime: Runtime;
  /** Takes the statistics of virtual clusters and routes; absent where nobody counts. */
  readonly stats?: StatsStore;
  /** Whether there is such a cluster; absent where nobody can say. */
  readonly hasCluster?: (name: string) => boolean;
  /** The table stands in its listener: its clusters must exist, unless it says otherwise. */
  readonly inline?: boolean;
}
