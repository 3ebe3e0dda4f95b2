import { messageOf } from '../../base/errors.js';
import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Host } from '../cluster/host.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { ProxyContext } from '../context.js';
import { Http2ClientConnection } from '../http2/http2-client-connection.js';
import { Http2Stats } from '../http2/http2-stats.js';
import type { Transport } from '../transport/transport.js';
import type { ConnectionSettings } from './connection-settings.js';
import { Http1Connection } from './http1-connection.js';
import { type ConnectOwner, PendingConnect } from './pending-connect.js';
import { PoolAccounting } from './pool-accounting.js';
import type { PooledConnection } from './pooled-connection.js';
import { RawConnection } from './raw-connection.js';
import type { PoolProtocol } from './upstream-protocol.js';
import type { UpstreamStream } from './upstream-stream.js';

/** `overflow`: the endpoint was chosen already; `pending_overflow`: too many wait to be given one. */
export type PoolFailure = 'overflow' | 'pending_overflow' | 'connection_failure' | 'connection_timeout';

/** A request that wants to be sent. Exactly one of the two is called, unless it cancels. */
export interface PoolClient {
  onPoolReady(stream: UpstreamStream): void;
  /** @param detail the system's own words, where there are some */
  onPoolFailure(failure: PoolFailure, detail: string): void;
}

/** Connections to one endpoint for one priority and protocol, and the requests that wait for one. */
export class ConnectionPool implements ConnectOwner {
  /** Those that would take another stream; the one that was used last is the first to be used again. */
  private readonly available: PooledConnection[] = [];
  private readonly all = new Set<PooledConnection>();
  private readonly connecting = new Set<PendingConnect>();
  private readonly waiting = new Set<PoolClient>();
  private readonly accounting: PoolAccounting;
  private readonly alpn: readonly string[];
  private draining = false;
  private http2Stats: Http2Stats | undefined;

  constructor(
    private readonly context: ProxyContext,
    host: Host,
    private readonly resources: ClusterResources,
    readonly stats: ClusterStats,
    private readonly settings: ConnectionSettings,
    /** Without asking. */
    private readonly protocol: PoolProtocol,
    /** Told when an attempt to connect succeeded or failed: outlier detection's local origin. */
    onConnectResult: (host: Host, ok: boolean) => void,
  ) {
    this.alpn = protocol === 'http2' ? ['h2'] : asksAlpn(protocol, settings) ? ['h2', 'http/1.1'] : [];
    this.accounting = new PoolAccounting(context, host, resources, stats, onConnectResult);
  }

  /** Nothing is open, opening or waited for. */
  get idle(): boolean {
    return this.all.size === 0 && this.connecting.size === 0 && this.waiting.size === 0;
  }

  /** Requests that wait for a connection. */
  get pendingCount(): number {
    return this.waiting.size;
  }

  /** Hands over a stream at once, or when there is one. */
  request(client: PoolClient): void {
    const connection = this.available[this.available.length - 1];
    if (connection !== undefined) {
      this.attach(connection, client);
      return;
    }
    if (!this.resources.pending.available) {
      this.overflow(client);
      return;
    }
    this.waiting.add(client);
    this.accounting.waits();
    this.connectIfNeeded();
  }

  /** The client no longer waits. */
  cancel(client: PoolClient): void {
    if (!this.takeWaiting(client)) return;
    this.stats.counters.upstream_rq_cancelled.value++;
  }

  /** Closes what is idle; the rest after its requests. */
  drain(): void {
    this.draining = true;
    for (const connection of [...this.all]) {
      connection.drain();
      if (connection.active === 0) connection.destroy(true);
    }
  }

  /** Closes everything now. */
  destroy(): void {
    this.drain();
    for (const pending of this.connecting) {
      pending.cancel();
      this.accounting.connectEnded();
    }
    this.connecting.clear();
    for (const connection of [...this.all]) connection.shutDown();
  }

  // Of the connections

  /** One of its streams ended. */
  onStreamEnd(connection: PooledConnection): void {
    connection.active--;
    this.accounting.streamEnded();
    if (this.draining) connection.closing = true;
    if (connection.active === 0) {
      if (connection.closing) {
        connection.destroy(true);
        return;
      }
      if (this.settings.idleTimeout_ms > 0) this.context.wheel.arm(connection.idleTimer, this.settings.idleTimeout_ms);
    }
    this.offer(connection);
  }

  /** A connection may take more streams than before, or none any more. */
  onCapacity(connection: PooledConnection): void {
    if (connection.available) this.offer(connection);
    else this.withdraw(connection);
  }

  /** Called by a connection when it ends, once. */
  onClosed(connection: PooledConnection, local: boolean): void {
    this.accounting.closed(connection, local);
    this.all.delete(connection);
    this.withdraw(connection);
    this.context.wheel.cancel(connection.idleTimer);
    this.context.wheel.cancel(connection.ageTimer);
    this.connectIfNeeded();
  }

  /** An error of ours ended a connection. */
  onFault(error: unknown): void {
    this.stats.counter('upstream_cx_threw').inc();
    this.context.logger.error('a connection to an upstream ended by an error of the proxy', {
      error: messageOf(error),
    });
  }

  onIdleTimeout(connection: PooledConnection): void {
    this.stats.counters.upstream_cx_idle_timeout.value++;
    connection.destroy(true);
  }

  onAged(connection: PooledConnection): void {
    this.stats.counters.upstream_cx_max_duration_reached.value++;
    connection.drain();
    this.withdraw(connection);
    if (connection.active === 0) connection.destroy(true);
  }

  onConnected(pending: PendingConnect, transport: Transport, protocol: string): void {
    this.connecting.delete(pending);
    const { maxConnectionDuration_ms } = this.settings;
    const connection = this.makeConnection(transport, protocol === 'h2' ? 'http2' : this.protocol);
    this.all.add(connection);
    this.accounting.connected(connection.opened_ms - pending.began_ms, connection);
    if (maxConnectionDuration_ms > 0) this.context.wheel.arm(connection.ageTimer, maxConnectionDuration_ms);
    this.offer(connection);
    if (!this.draining) return;
    connection.drain();
    this.withdraw(connection);
    if (connection.active === 0) connection.destroy(true);
  }

  /** Envoy: a failed connect fails every request that waits, so that retries can look for another endpoint. */
  onConnectFailed(pending: PendingConnect, failure: PoolFailure, detail: string): void {
    this.connecting.delete(pending);
    this.accounting.connectFailed(failure === 'connection_timeout');
    const waiting = [...this.waiting];
    this.stats.counters.upstream_rq_pending_failure_eject.value += waiting.length;
    for (const client of waiting) this.takeWaiting(client);
    for (const client of waiting) client.onPoolFailure(failure, detail);
  }

  private makeConnection(transport: Transport, protocol: PoolProtocol): PooledConnection {
    const { context, settings } = this;
    if (protocol === 'raw') return new RawConnection(this, transport, context.clock.monotonic_ms());
    if (protocol === 'http1') return new Http1Connection(this, transport, settings, context.clock.monotonic_ms());
    this.http2Stats ??= new Http2Stats(context.stats, `${this.stats.prefix}.`);
    return new Http2ClientConnection(this, transport, settings, this.http2Stats, context);
  }

  private overflow(client: PoolClient): void {
    this.stats.counters.upstream_rq_pending_overflow.value++;
    client.onPoolFailure('pending_overflow', '');
  }

  private takeWaiting(client: PoolClient): boolean {
    if (!this.waiting.delete(client)) return false;
    this.accounting.waitsNoMore();
    return true;
  }

  private attach(connection: PooledConnection, client: PoolClient): void {
    if (!this.resources.requests.available) {
      this.stats.counters.upstream_rq_active_overflow.value++;
      client.onPoolFailure('overflow', '');
      return;
    }
    if (connection.active === 0) this.context.wheel.cancel(connection.idleTimer);
    connection.active++;
    connection.served++;
    const { maxRequestsPerConnection } = this.settings;
    if (maxRequestsPerConnection > 0 && connection.served >= maxRequestsPerConnection && !connection.closing) {
      this.stats.counters.upstream_cx_max_requests.value++;
      connection.closing = true;
    }
    if (!connection.available) this.withdraw(connection);
    this.accounting.streamBegan();
    client.onPoolReady(connection.open());
  }

  /** What a request throws that waited is of no concern to whom it waited for. */
  private attachWaiting(connection: PooledConnection, client: PoolClient): void {
    try {
      this.attach(connection, client);
    } catch (error) {
      this.onFault(error);
      connection.shutDown();
      client.onPoolFailure('connection_failure', '');
    }
  }

  /** To the requests that wait longest, or to those that come. */
  private offer(connection: PooledConnection): void {
    for (const client of this.waiting) {
      if (!connection.available) break;
      this.takeWaiting(client);
      this.attachWaiting(connection, client);
    }
    if (!connection.available || connection.listed) return;
    connection.listed = true;
    this.available.push(connection);
  }

  private withdraw(connection: PooledConnection): void {
    if (!connection.listed) return;
    connection.listed = false;
    if (this.available[this.available.length - 1] === connection) this.available.pop();
    else this.available.splice(this.available.indexOf(connection), 1);
  }

  private connectIfNeeded(): void {
    const each = this.protocol === 'http2' ? this.settings.http2.maxConcurrentStreams : 1;
    while (this.waiting.size > this.connecting.size * each) {
      if (!this.resources.mayConnect(this.accounting.host)) {
        this.stats.counters.upstream_cx_overflow.value++;
        // Envoy: an endpoint without any connection gets one, whatever others of the cluster hold
        if (this.all.size > 0 || this.connecting.size > 0) return;
      }
      const pending = new PendingConnect(this.context, this.accounting.host, this.settings, this.alpn, this);
      this.connecting.add(pending);
      this.accounting.connects();
      pending.start();
    }
  }
}

/** Whether TLS finds out what the endpoint speaks. */
function asksAlpn(protocol: PoolProtocol, settings: ConnectionSettings): boolean {
  return protocol === 'http1' && settings.protocol === 'alpn';
}
