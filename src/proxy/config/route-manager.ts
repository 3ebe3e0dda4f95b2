import type { ConfigSource } from '../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { ProxyContext } from '../context.js';
import { compilePerRoute } from '../filters/http-filters.js';
import type { RouteSource } from '../http/connection-manager.js';
import type { RouteContext } from '../route/route-context.js';
import { RouteTable } from '../route/route-table.js';
import type { Counter } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';
import { decode } from './decode.js';
import { SourceStats } from './sources/source-stats.js';

/** Of one connection manager's subscription. */
class RouteStats extends SourceStats {
  readonly reload: Counter;

  constructor(stats: StatsStore, prefix: string) {
    super(stats, prefix);
    this.reload = stats.counter(`${prefix}config_reload`);
  }
}

class Slot implements RouteSource {
  table: RouteTable | undefined;
  version = '';
  /** As it came. */
  body: Uint8Array = new Uint8Array();
  /** The routes came, or the wait for them ended. */
  settled = false;
  readonly stats = new Map<string, RouteStats>();

  constructor(readonly source: ConfigSource | undefined) {}
}

/** The routes that RDS brings. A connection manager keeps its slot; requests see what is in it when they come. */
export class RouteManager {
  private readonly slots = new Map<string, Slot>();

  constructor(
    private readonly context: ProxyContext,
    private readonly clusters: ClusterLookup,
  ) {}

  /** @param statPrefix of the connection manager that asks */
  slot(name: string, source: ConfigSource | undefined, statPrefix: string): RouteSource {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = new Slot(source);
      this.slots.set(name, slot);
    }
    if (!slot.stats.has(statPrefix)) {
      const stats = new RouteStats(this.context.stats, `http.${statPrefix}.rds.${name}.`);
      stats.attempt.value++;
      slot.stats.set(statPrefix, stats);
    }
    return slot;
  }

  /** Where the routes of this name come from. */
  sourceOf(name: string): ConfigSource | undefined {
    return this.slots.get(name)?.source;
  }

  /** Whether a listener need not wait for these routes any more. */
  isSettled(name: string): boolean {
    return this.slots.get(name)?.settled ?? false;
  }

  get tables(): readonly RouteTable[] {
    return [...this.slots.values()].flatMap((slot) => slot.table ?? []);
  }

  /** Forgets what no listener names any more: when it is named again, it is asked for again. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.slots.keys()) if (!names.has(name)) this.slots.delete(name);
  }

  /** @throws ConfigError; the old routes stay */
  set(name: string, version: string, body: Uint8Array): void {
    const slot = this.slots.get(name);
    if (slot === undefined) return;
    // A file has no version of its own, and a control plane that began anew may count from one again.
    const same = slot.version === version && Buffer.compare(slot.body, body) === 0;
    if (same && slot.table !== undefined) return;
    try {
      slot.table = new RouteTable(decode(RouteConfigurationSchema, body), this.routeContext(), compilePerRoute);
    } catch (error) {
      for (const stats of slot.stats.values()) stats.rejected.value++;
      throw error;
    }
    slot.version = version;
    slot.body = body;
    slot.settled = true;
    for (const stats of slot.stats.values()) {
      stats.success.value++;
      stats.attempt.value++;
      stats.reload.value++;
    }
  }

  private routeContext(): RouteContext {
    const { random, runtime, stats } = this.context;
    return { random, runtime, stats, hasCluster: (name) => this.clusters.has(name) };
  }

  /** The routes do not come: who waits goes on without. Routes that are there stay, as Envoy keeps them. */
  giveUp(name: string, reason: 'timeout' | 'refused' | 'absent'): void {
    const slot = this.slots.get(name);
    if (slot === undefined) return;
    for (const stats of slot.stats.values()) {
      if (reason === 'timeout') stats.fetchTimeout.value++;
      if (reason === 'absent') stats.empty.value++;
    }
    slot.settled = true;
  }
}
