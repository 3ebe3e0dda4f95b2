import type { ProxyContext } from '../context.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import type { PoolProtocol } from '../pool/upstream-protocol.js';
import type { ClusterStats } from './cluster-stats.js';
import type { Host } from './host.js';
import { poolProtocol } from './pool-keeper.js';
import type { ClusterResources } from './resources.js';

/** Pools that are kept; the one that was made first gives way. */
const POOLS_MAX = 1_024;

/** Pools of a cluster whose connections tell who the client is: no two clients may share one. */
export class ClientPools {
  private readonly byClient = new WeakMap<ConnectionInfo, Map<string, ConnectionPool>>();
  private readonly all = new Map<ConnectionPool, Host>();

  constructor(
    private readonly context: ProxyContext,
    private readonly resources: readonly ClusterResources[],
    private readonly stats: ClusterStats,
    private readonly settings: ConnectionSettings,
    private readonly onConnectResult: (host: Host, ok: boolean) => void,
  ) {}

  of(host: Host, priority: number, asked: PoolProtocol, client: ConnectionInfo): ConnectionPool {
    let pools = this.byClient.get(client);
    if (pools === undefined) {
      pools = new Map();
      this.byClient.set(client, pools);
    }
    const { settings } = this;
    const protocol = poolProtocol(settings, asked);
    const key = `${protocol} ${priority} ${host.id}`;
    const known = pools.get(key);
    if (known !== undefined && this.all.has(known)) return known;
    const transportSocket = forClient(settings.transportSocket!, client);
    const pool = new ConnectionPool(
      this.context,
      host,
      this.resources[priority]!,
      this.stats,
      { ...settings, transportSocket },
      protocol,
      this.onConnectResult,
    );
    pools.set(key, pool);
    this.all.set(pool, host);
    if (this.all.size > POOLS_MAX) this.dropOldest();
    return pool;
  }

  /** Connections end with their requests. @param host all hosts' when it is left out */
  drain(host?: Host): void {
    for (const [pool, its] of [...this.all]) {
      if (host !== undefined && its !== host) continue;
      pool.drain();
      this.all.delete(pool);
    }
  }

  destroy(): void {
    for (const pool of this.all.keys()) pool.destroy();
    this.all.clear();
  }

  private dropOldest(): void {
    const [oldest] = this.all.keys();
    oldest!.drain();
    this.all.delete(oldest!);
  }
}

function forClient(socket: TransportSocket, client: ConnectionInfo): TransportSocket {
  return {
    secure: (raw, host, alpn, ready, failed) => socket.secure(raw, host, alpn, ready, failed, client),
  };
}
