import type { Runtime, RuntimeCell } from '../runtime/runtime.js';

/** Runtime keys of Envoy's limits of downstream connections. */
const GLOBAL_KEY = 'overload.global_downstream_max_connections';
const LISTENER_KEY = 'envoy.resource_limits.listener';

/** How many connections the clients of one logical proxy may have, over all its listeners. */
export class GlobalConnections {
  active = 0;
  private readonly limit: RuntimeCell;

  /** @param fixed what the overload manager says: then nobody asks the runtime */
  constructor(
    runtime: Runtime,
    private readonly fixed: number | undefined,
  ) {
    this.limit = runtime.cell(GLOBAL_KEY);
  }

  get full(): boolean {
    return this.active >= (this.fixed ?? numberOf(this.limit));
  }
}

/** The most connections that a listener may have at once, as the runtime says now. */
export function listenerLimit(runtime: Runtime, listener: string): () => number {
  const cell = runtime.cell(`${LISTENER_KEY}.${listener}.connection_limit`);
  return () => numberOf(cell);
}

function numberOf({ value }: RuntimeCell): number {
  const limit = value === undefined ? Number.NaN : Number(value);
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
}
