import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Host } from '../cluster/host.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { ProxyContext } from '../context.js';
import type { PooledConnection } from './pooled-connection.js';

/** What a pool tells the cluster's statistics, its circuit breakers and its endpoint. */
export class PoolAccounting {
  constructor(
    private readonly context: ProxyContext,
    readonly host: Host,
    private readonly resources: ClusterResources,
    private readonly stats: ClusterStats,
    private readonly onConnectResult: (host: Host, ok: boolean) => void,
  ) {}

  waits(): void {
    this.resources.pending.inc();
    this.stats.counters.upstream_rq_pending_total.value++;
    this.stats.gauges.upstream_rq_pending_active.value++;
  }

  waitsNoMore(): void {
    this.resources.pending.dec();
    this.stats.gauges.upstream_rq_pending_active.value--;
  }

  streamBegan(): void {
    this.resources.requests.inc();
    this.stats.counters.upstream_rq_total.value++;
    this.stats.gauges.upstream_rq_active.value++;
    this.host.totalRequests++;
    this.host.activeRequests++;
  }

  streamEnded(): void {
    this.resources.requests.dec();
    this.stats.gauges.upstream_rq_active.value--;
    this.host.activeRequests--;
  }

  connects(): void {
    this.stats.counters.upstream_cx_total.value++;
    this.host.totalConnections++;
    this.host.activeConnections++;
    this.resources.connections.inc();
  }

  /** A connect, or a connection, is no more. */
  connectEnded(): void {
    this.host.activeConnections--;
    this.resources.connections.dec();
  }

  connectFailed(timeout: boolean): void {
    const { counters } = this.stats;
    if (timeout) counters.upstream_cx_connect_timeout.value++;
    counters.upstream_cx_connect_fail.value++;
    counters.upstream_cx_destroy.value++;
    this.host.connectFailures++;
    this.connectEnded();
    this.onConnectResult(this.host, false);
  }

  connected(took_ms: number, { protocol }: PooledConnection): void {
    if (protocol === 'HTTP/2') this.stats.counters.upstream_cx_http2_total.value++;
    else if (protocol === 'HTTP/1.1') this.stats.counters.upstream_cx_http1_total.value++;
    this.stats.gauges.upstream_cx_active.value++;
    this.stats.connectTime.record(took_ms);
    this.onConnectResult(this.host, true);
  }

  closed(connection: PooledConnection, local: boolean): void {
    const { counters, gauges } = this.stats;
    counters.upstream_cx_destroy.value++;
    if (local) counters.upstream_cx_destroy_local.value++;
    else counters.upstream_cx_destroy_remote.value++;
    if (connection.active > 0) {
      counters.upstream_cx_destroy_with_active_rq.value++;
      if (local) counters.upstream_cx_destroy_local_with_active_rq.value++;
      else counters.upstream_cx_destroy_remote_with_active_rq.value++;
    }
    for (; connection.active > 0; connection.active--) this.streamEnded();
    gauges.upstream_cx_active.value--;
    if (connection.protocol !== '') this.stats.requestsPerConnection.record(connection.served);
    this.stats.connectionLength.record(this.context.clock.monotonic_ms() - connection.opened_ms);
    this.connectEnded();
  }
}
