import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import type { ProxyContext } from '../context.js';
import { compilePerRoute } from '../filters/http-filters.js';
import type { RouteSource } from '../http/connection-manager.js';
import { RouteTable } from '../route/route-table.js';
import { decode } from './decode.js';

class Slot implements RouteSource {
  table: RouteTable | undefined;
  version = '';
}

/** The routes that RDS brings. A connection manager keeps its slot; requests see what is in it when they come. */
export class RouteManager {
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly context: ProxyContext) {}

  slot(name: string): RouteSource {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = new Slot();
      this.slots.set(name, slot);
    }
    return slot;
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
    const slot = this.slot(name) as Slot;
    if (slot.version === version && slot.table !== undefined) return;
    slot.table = new RouteTable(decode(RouteConfigurationSchema, body), this.context.random, compilePerRoute);
    slot.version = version;
  }

  remove(name: string): void {
    const slot = this.slots.get(name);
    if (slot === undefined) return;
    slot.table = undefined;
    slot.version = '';
  }
}
