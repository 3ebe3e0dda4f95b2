import type { ProxyContext } from '../context.js';
import { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import type { PoolProtocol } from '../pool/upstream-protocol.js';
import type { ClusterStats } from './cluster-stats.js';
import type { Host } from './host.js';
import type { ClusterResources } from './resources.js';

/** Of routes. Pools of HTTP/2 stand behind those of HTTP/1, and those of bare bytes last. */
const PRIORITIES = 2;
const PLACES: Readonly<Record<PoolProtocol, number>> = { http1: 0, http2: PRIORITIES, raw: 2 * PRIORITIES };

/** The connection pools of a cluster: one for each host, priority and protocol that requests went to. */
export class PoolKeeper {
  private readonly limited: boolean;

  constructor(
    private readonly context: ProxyContext,
    private readonly resources: readonly ClusterResources[],
    private readonly stats: ClusterStats,
    private readonly settings: ConnectionSettings,
    /** Told when an attempt to connect succeeded or failed. */
    private readonly onConnectResult: (host: Host, ok: boolean) => void,
  ) {
    this.limited = resources.some(({ pools }) => pools.max() !== Number.POSITIVE_INFINITY);
  }

  /** @param asked how the request came, which some clusters follow; `raw` for bare bytes */
  of(host: Host, priority: number, asked: PoolProtocol): ConnectionPool {
    const protocol = poolProtocol(this.settings, asked);
    const index = priority + PLACES[protocol];
    const known = host.pools[index];
    if (known !== undefined) return known;
    const resources = this.resources[priority]!;
    const pool = new ConnectionPool(
      this.context,
      host,
      resources,
      this.stats,
      this.settings,
      protocol,
      this.onConnectResult,
    );
    host.pools[index] = pool;
    resources.pools.inc();
    return pool;
  }

  /** Whether the host has a pool or may have one; pools of other hosts that stand idle give way. */
  hasRoom(host: Host, priority: number, hosts: readonly Host[]): boolean {
    if (!this.limited || hasPool(host, priority)) return true;
    const { pools } = this.resources[priority]!;
    if (!pools.available) this.dropIdle(hosts, priority);
    if (pools.available) return true;
    this.stats.counters.upstream_cx_pool_overflow.value++;
    return false;
  }

  /** Connections end with their requests; those that follow get new ones. */
  renew(host: Host): void {
    host.pools.forEach((pool, index) => {
      pool?.drain();
      this.drop(host, index);
    });
  }

  /** As {@link renew}, and nothing follows: the host is no longer there. */
  retire(host: Host): void {
    host.removed = true;
    for (const pool of host.pools) pool?.drain();
  }

  /** Closes everything now. */
  destroy(host: Host): void {
    for (const pool of host.pools) pool?.destroy();
  }

  private dropIdle(hosts: readonly Host[], priority: number): void {
    for (const host of hosts) {
      for (const place of places(priority)) if (host.pools[place]?.idle) this.drop(host, place);
    }
  }

  private drop(host: Host, index: number): void {
    if (host.pools[index] === undefined) return;
    host.pools[index] = undefined;
    this.resources[index % PRIORITIES]!.pools.dec();
  }
}

function hasPool(host: Host, priority: number): boolean {
  return places(priority).some((place) => host.pools[place] !== undefined);
}

function places(priority: number): number[] {
  return Object.values(PLACES).map((place) => priority + place);
}

/** @param asked how the request came, which some clusters follow; `raw` for bare bytes */
export function poolProtocol({ protocol }: ConnectionSettings, asked: PoolProtocol): PoolProtocol {
  if (asked === 'raw' || protocol === 'downstream') return asked;
  return protocol === 'http2' ? 'http2' : 'http1';
}
