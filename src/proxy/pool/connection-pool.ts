import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Host } from '../cluster/host.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { ProxyContext } from '../context.js';
import { UpstreamConnection } from './upstream-connection.js';

export type PoolFailure = 'overflow' | 'connection_failure' | 'connection_timeout';

/** A request that wants a connection. Exactly one of the two is called, unless it cancels. */
export interface PoolClient {
  onPoolReady(connection: UpstreamConnection): void;
  /** @param detail the system's own words, where there are some */
  onPoolFailure(failure: PoolFailure, detail: string): void;
}

/** What a cluster's connections are made with. */
export interface ConnectionSettings {
  readonly connectTimeout_ms: number;
  /** 0 for none. */
  readonly idleTimeout_ms: number;
  /** 0 for none. */
  readonly maxConnectionDuration_ms: number;
  /** 0 for no limit. */
  readonly maxRequestsPerConnection: number;
  readonly mark: number | undefined;
  readonly localAddress: string | undefined;
  readonly keepSpelling: boolean;
}

/** Connections to one endpoint for one priority, and the requests that wait for one. */
export class ConnectionPool {
  private readonly idle: UpstreamConnection[] = [];
  private readonly all = new Set<UpstreamConnection>();
  private readonly connecting = new Set<Socket>();
  private readonly waiting = new Set<PoolClient>();
  private draining = false;

  constructor(
    private readonly context: ProxyContext,
    readonly host: Host,
    private readonly resources: ClusterResources,
    readonly stats: ClusterStats,
    private readonly settings: ConnectionSettings,
    /** Told when an attempt to connect succeeded or failed: outlier detection's local origin. */
    private readonly onConnectResult: (host: Host, ok: boolean) => void,
  ) {}

  /** Hands over a connection at once, or when there is one. */
  request(client: PoolClient): void {
    const connection = this.idle.pop();
    if (connection !== undefined) {
      this.context.wheel.cancel(connection.idleTimer);
      this.attach(connection, client);
      return;
    }
    if (!this.resources.pending.available) {
      this.overflow(client);
      return;
    }
    this.waiting.add(client);
    this.resources.pending.inc();
    this.stats.counters.upstream_rq_pending_total.value++;
    this.stats.gauges.upstream_rq_pending_active.value++;
    this.connectIfNeeded();
  }

  /** The client no longer waits. */
  cancel(client: PoolClient): void {
    if (this.takeWaiting(client)) this.stats.counters.upstream_rq_cancelled.value++;
  }

  /** Closes what is idle; the rest after its request. */
  drain(): void {
    this.draining = true;
    for (const connection of [...this.idle]) connection.destroy(true);
  }

  /** Closes everything now. */
  destroy(): void {
    this.drain();
    for (const socket of this.connecting) socket.destroy();
    for (const connection of [...this.all]) {
      const { exchange } = connection;
      connection.abort();
      exchange?.onReset('remote_close');
    }
  }

  /** A connection's request ended. */
  onFree(connection: UpstreamConnection): void {
    connection.busy = false;
    this.endRequest();
    const { maxRequestsPerConnection } = this.settings;
    if (maxRequestsPerConnection > 0 && connection.served >= maxRequestsPerConnection) {
      this.stats.counters.upstream_cx_max_requests.value++;
      connection.closing = true;
    }
    if (connection.closing || this.draining) {
      connection.destroy(true);
      return;
    }
    this.offer(connection);
  }

  /** Called by a connection when it ends, once. */
  onClosed(connection: UpstreamConnection, local: boolean): void {
    const { counters, gauges } = this.stats;
    counters.upstream_cx_destroy.value++;
    if (local) counters.upstream_cx_destroy_local.value++;
    else counters.upstream_cx_destroy_remote.value++;
    if (connection.busy) {
      connection.busy = false;
      counters.upstream_cx_destroy_with_active_rq.value++;
      if (local) counters.upstream_cx_destroy_local_with_active_rq.value++;
      else counters.upstream_cx_destroy_remote_with_active_rq.value++;
      this.endRequest();
    }
    gauges.upstream_cx_active.value--;
    this.stats.connectionLength.record(this.context.clock.monotonic_ms() - connection.opened_ms);
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
    this.all.delete(connection);
    this.host.activeConnections--;
    this.resources.connections.dec();
    this.context.wheel.cancel(connection.idleTimer);
    this.context.wheel.cancel(connection.ageTimer);
    this.connectIfNeeded();
  }

  onIdleTimeout(connection: UpstreamConnection): void {
    this.stats.counters.upstream_cx_idle_timeout.value++;
    connection.destroy(true);
  }

  onAged(connection: UpstreamConnection): void {
    if (this.idle.includes(connection)) connection.destroy(true);
    else connection.closing = true;
  }

  private overflow(client: PoolClient): void {
    this.stats.counters.upstream_rq_pending_overflow.value++;
    client.onPoolFailure('overflow', '');
  }

  private takeWaiting(client: PoolClient): boolean {
    if (!this.waiting.delete(client)) return false;
    this.resources.pending.dec();
    this.stats.gauges.upstream_rq_pending_active.value--;
    return true;
  }

  private attach(connection: UpstreamConnection, client: PoolClient): void {
    if (!this.resources.requests.available) {
      this.offer(connection);
      this.overflow(client);
      return;
    }
    connection.busy = true;
    this.resources.requests.inc();
    this.stats.counters.upstream_rq_total.value++;
    this.stats.gauges.upstream_rq_active.value++;
    this.host.totalRequests++;
    this.host.activeRequests++;
    client.onPoolReady(connection);
  }

  private endRequest(): void {
    this.resources.requests.dec();
    this.stats.gauges.upstream_rq_active.value--;
    this.host.activeRequests--;
  }

  /** To the request that waits longest, or to the idle ones. */
  private offer(connection: UpstreamConnection): void {
    for (const client of this.waiting) {
      this.takeWaiting(client);
      this.attach(connection, client);
      return;
    }
    this.idle.push(connection);
    if (this.settings.idleTimeout_ms > 0) this.context.wheel.arm(connection.idleTimer, this.settings.idleTimeout_ms);
  }

  private connectIfNeeded(): void {
    while (this.waiting.size > this.connecting.size) {
      if (!this.resources.connections.available) {
        this.stats.counters.upstream_cx_overflow.value++;
        // Envoy: an endpoint without any connection gets one, whatever others of the cluster hold
        if (this.all.size > 0 || this.connecting.size > 0) return;
      }
      this.connect();
    }
  }

  private connect(): void {
    const { context, host, settings } = this;
    const { counters } = this.stats;
    counters.upstream_cx_total.value++;
    counters.upstream_cx_http1_total.value++;
    host.totalConnections++;
    host.activeConnections++;
    this.resources.connections.inc();
    let connection: UpstreamConnection | undefined;
    const began_ms = context.clock.monotonic_ms();
    const socket = context.sockets.connect({
      address: host.address,
      port: host.port,
      mark: settings.mark,
      localAddress: settings.localAddress,
      onread: UpstreamConnection.onread(() => connection),
    });
    this.connecting.add(socket);
    const timer = new WheelTimer(() => failed('connection_timeout', ''));
    context.wheel.arm(timer, settings.connectTimeout_ms);
    const failed = (failure: PoolFailure, detail: string): void => {
      if (!this.connecting.delete(socket)) return;
      context.wheel.cancel(timer);
      socket.destroy();
      this.connectFailed(failure, detail);
    };
    socket.once('connect', () => {
      if (!this.connecting.delete(socket)) return;
      context.wheel.cancel(timer);
      const now_ms = context.clock.monotonic_ms();
      this.stats.connectTime.record(now_ms - began_ms);
      connection = new UpstreamConnection(this, socket, settings.keepSpelling, now_ms);
      this.connected(connection);
    });
    socket.on('error', (error) => failed('connection_failure', messageOf(error)));
    socket.on('close', () => failed('connection_failure', ''));
  }

  private connected(connection: UpstreamConnection): void {
    this.all.add(connection);
    this.stats.gauges.upstream_cx_active.value++;
    this.onConnectResult(this.host, true);
    const { maxConnectionDuration_ms } = this.settings;
    if (maxConnectionDuration_ms > 0) this.context.wheel.arm(connection.ageTimer, maxConnectionDuration_ms);
    if (this.draining && this.waiting.size === 0) connection.destroy(true);
    else this.offer(connection);
  }

  /** Envoy: a failed connect fails every request that waits, so that retries can look for another endpoint. */
  private connectFailed(failure: PoolFailure, detail: string): void {
    const { counters } = this.stats;
    if (failure === 'connection_timeout') counters.upstream_cx_connect_timeout.value++;
    counters.upstream_cx_connect_fail.value++;
    counters.upstream_cx_destroy.value++;
    this.host.connectFailures++;
    this.host.activeConnections--;
    this.resources.connections.dec();
    this.onConnectResult(this.host, false);
    const waiting = [...this.waiting];
    for (const client of waiting) this.takeWaiting(client);
    for (const client of waiting) client.onPoolFailure(failure, detail);
  }
}
