import type { ProxyContext } from '../context.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import type { ServerIdentity } from '../pool/server-identity.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import type { PoolProtocol } from '../pool/upstream-protocol.js';
import type { ClusterStats } from './cluster-stats.js';
import type { Host } from './host.js';
import { poolProtocol } from './pool-keeper.js';
import type { ClusterResources } from './resources.js';

/** Pools that are kept; the one that was made first gives way. */
const POOLS_MAX = 1_024;

/** Pools of a cluster whose connections tell who the client is, or ask for the server that a request names: none else may share one. */
export class ClientPools {
  private readonly byClient = new WeakMap<object, Map<string, ConnectionPool>>();
  private readonly all = new Map<ConnectionPool, Host>();

  constructor(
    private readonly context: ProxyContext,
    private readonly resources: readonly ClusterResources[],
    private readonly stats: ClusterStats,
    private readonly settings: ConnectionSettings,
    private readonly onConnectResult: (host: Host, ok: boolean) => void,
  ) {}

  /** @param client undefined where clients may share */
  of(
    host: Host,
    priority: number,
    asked: PoolProtocol,
    client: ConnectionInfo | undefined,
    server: ServerIdentity | undefined,
  ): ConnectionPool {
    const owner = client ?? this;
    let pools = this.byClient.get(owner);
    if (pools === undefined) {
      pools = new Map();
      this.byClient.set(owner, pools);
    }
    const { settings } = this;
    const protocol = poolProtocol(settings, asked);
    const key = `${protocol} ${priority} ${host.id} ${server?.serverName ?? ''} ${server?.altName ?? ''}`;
    const known = pools.get(key);
    if (known !== undefined && this.all.has(known)) return known;
    const transportSocket = socketFor(settings.transportSocket!, client, server);
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

function socketFor(
  socket: TransportSocket,
  client: ConnectionInfo | undefined,
  server: ServerIdentity | undefined,
): TransportSocket {
  return {
    secure: (raw, host, alpn, ready, failed) => socket.secure(raw, host, alpn, ready, failed, client, server),
  };
}
