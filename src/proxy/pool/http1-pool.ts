import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Host } from '../cluster/host.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionPool, PoolClient, PoolFailure } from './connection-pool.js';
import type { ConnectionSettings } from './connection-settings.js';
import { Http1Connection } from './http1-connection.js';

/** HTTP/1 connections to one endpoint for one priority: each has one request at a time. */
export class Http1Pool implements ConnectionPool {
  private readonly idle: Http1Connection[] = [];
  private readonly all = new Set<Http1Connection>();
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

  cancel(client: PoolClient): void {
    if (this.takeWaiting(client)) this.stats.counters.upstream_rq_cancelled.value++;
  }

  drain(): void {
    this.draining = true;
    for (const connection of [...this.idle]) connection.destroy(true);
  }

  destroy(): void {
    this.drain();
    for (const socket of this.connecting) socket.destroy();
    for (const connection of [...this.all]) {
      connection.shutDown();
    }
  }

  /** A connection's request ended. */
  onFree(connection: Http1Connection): void {
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
  onClosed(connection: Http1Connection, local: boolean): void {
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

  onIdleTimeout(connection: Http1Connection): void {
    this.stats.counters.upstream_cx_idle_timeout.value++;
    connection.destroy(true);
  }

  onAged(connection: Http1Connection): void {
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

  private attach(connection: Http1Connection, client: PoolClient): void {
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
  private offer(connection: Http1Connection): void {
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
    let connection: Http1Connection | undefined;
    const began_ms = context.clock.monotonic_ms();
    const socket = context.sockets.connect({
      address: host.address,
      port: host.port,
      mark: settings.mark,
      localAddress: settings.localAddress,
      onread: Http1Connection.onread(() => connection),
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
      connection = new Http1Connection(this, socket, settings.keepSpelling, now_ms);
      this.connected(connection);
    });
    socket.on('error', (error) => failed('connection_failure', messageOf(error)));
    socket.on('close', () => failed('connection_failure', ''));
  }

  private connected(connection: Http1Connection): void {
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
