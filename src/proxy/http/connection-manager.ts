import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import type { AccessLog } from '../access-log/access-log.js';
import type { ProxyContext } from '../context.js';
import { Http2ServerConnection } from '../http2/http2-server-connection.js';
import { Http2Stats } from '../http2/http2-stats.js';
import type { DrainDecision } from '../listener/drain-sequence.js';
import type { RouteTable } from '../route/route-table.js';
import type { Counter } from '../stats/metrics.js';
import type { HttpTracer } from '../tracing/http-tracer.js';
import { transportOf } from '../transport/open-transport.js';
import type { Transport } from '../transport/transport.js';
import type { ServerConnection } from './downstream-codec.js';
import type { FilterChain } from './filter-chain.js';
import type { HttpStream } from './http-stream.js';
import { Http1ServerConnection } from './http1-server-connection.js';
import { InterimLogs } from './interim-logs.js';
import type { ManagerOptions } from './manager-options.js';
import { ManagerStats } from './manager-stats.js';
import type { ConnectionInfo } from './stream-info.js';

/** Where a connection manager finds its routes: inline, or by RDS. */
export interface RouteSource {
  readonly table: RouteTable | undefined;
}

/** A compiled `http_connection_manager` and the connections that it serves. */
export class ConnectionManager {
  readonly stats: ManagerStats;
  readonly http2Stats: Http2Stats;
  /** Requests that the router took: `rq_total`. */
  readonly requestTotal: Counter;
  /** Undefined where logs are written at the end alone. */
  readonly interimLogs: InterimLogs | undefined;
  private closing = false;
  private decision: DrainDecision | undefined;
  private readonly connections = new Set<ServerConnection>();

  constructor(
    readonly context: ProxyContext,
    statPrefix: string,
    /** Its prefix in statistics, `listener.<address>`. */
    listener: string,
    readonly options: ManagerOptions,
    /** The filters, and of those a route may switch. */
    readonly chain: FilterChain,
    private readonly source: RouteSource,
    private readonly accessLogs: readonly AccessLog[],
    readonly tracing: HttpTracer | undefined,
  ) {
    this.stats = new ManagerStats(context.stats, statPrefix, listener);
    this.http2Stats = new Http2Stats(context.stats, '');
    if (options.interimLogs !== undefined)
      this.interimLogs = new InterimLogs(options.interimLogs, context, (stream) => this.writeLogs(stream));
    this.requestTotal = this.stats.counter('rq_total');
  }

  get routes(): { find: RouteTable['find'] } {
    return this.source.table ?? NO_ROUTES;
  }

  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void {
    this.stats.counters.downstream_cx_total.value++;
    this.stats.gauges.downstream_cx_active.value++;
    if (info.tls !== undefined) this.countTls(socket);
    const transport = transportOf(socket, this.context.clock, info.tls);
    const { codec } = this.options;
    const http2 = codec === 'http2' || (codec === 'auto' && info.tls?.protocol === 'h2');
    this.serve(transport, info, filterChainName, http2);
    if (initial !== undefined) transport.listener.onData(initial, 0, initial.length);
    transport.start();
  }

  /** From now on the decision is asked at each answer whether it ends its connection. */
  drain(closes: DrainDecision): void {
    this.decision = closes;
  }

  get draining(): boolean {
    return this.closing || this.decision?.() === true;
  }

  /** Ends idle connections now, and busy ones after their answer. */
  close(): void {
    this.closing = true;
    for (const connection of [...this.connections]) connection.drain();
  }

  /** Ends all connections now. */
  destroy(): void {
    for (const connection of [...this.connections]) connection.destroy();
    this.tracing?.close();
  }

  onStreamStart(stream: HttpStream): void {
    const { clock } = this.context;
    const { counters, gauges } = this.stats;
    stream.start_ms = clock.monotonic_ms();
    stream.startWall_ms = clock.now();
    counters.downstream_rq_total.value++;
    if (stream.codec.http2) counters.downstream_rq_http2_total.value++;
    else counters.downstream_rq_http1_total.value++;
    gauges.downstream_rq_active.value++;
  }

  onStreamEnd(stream: HttpStream): void {
    const { stats } = this;
    stream.end_ms = this.context.clock.monotonic_ms();
    this.interimLogs?.onEnd(stream);
    stats.gauges.downstream_rq_active.value--;
    stats.requestTime.record(stream.end_ms - stream.start_ms);
    if (stream.status !== 0) {
      stats.counters.downstream_rq_completed.value++;
      stats.codes.charge(stream.status);
      stats.listenerCompleted.value++;
      stats.listenerCodes.charge(stream.status);
    }
    this.tell(stream);
  }

  /** A client of whom HTTP/1 was expected began with HTTP/2's preface. @param bytes all that it sent */
  changeToHttp2(connection: Http1ServerConnection, transport: Transport, bytes: Buffer): void {
    this.connections.delete(connection);
    this.stats.counters.downstream_cx_http1_total.value--;
    this.stats.gauges.downstream_cx_http1_active.value--;
    // its bytes are read, and counted, again
    this.stats.counters.downstream_cx_rx_bytes_total.value -= bytes.length;
    this.serve(transport, connection.info, connection.filterChainName, true);
    transport.listener.onData(bytes, 0, bytes.length);
  }

  /** An error of ours ended a connection: it must not reach others. */
  onFault(error: unknown): void {
    this.stats.counter('downstream_cx_threw').inc();
    this.context.logger.error('a connection ended by an error of the proxy', { error: messageOf(error) });
  }

  /** @param active streams that were open */
  onConnectionEnd(connection: ServerConnection, local: boolean, active: boolean): void {
    if (!this.connections.delete(connection)) return;
    const { counters, gauges } = this.stats;
    gauges.downstream_cx_active.value--;
    if (connection.http2) gauges.downstream_cx_http2_active.value--;
    else gauges.downstream_cx_http1_active.value--;
    counters.downstream_cx_destroy.value++;
    if (local) counters.downstream_cx_destroy_local.value++;
    else counters.downstream_cx_destroy_remote.value++;
    if (!active) return;
    counters.downstream_cx_destroy_active_rq.value++;
    if (local) counters.downstream_cx_destroy_local_active_rq.value++;
    else counters.downstream_cx_destroy_remote_active_rq.value++;
  }

  private countTls(socket: Socket): void {
    const { counters, gauges } = this.stats;
    counters.downstream_cx_ssl_total.value++;
    gauges.downstream_cx_ssl_active.value++;
    socket.once('close', () => gauges.downstream_cx_ssl_active.value--);
  }

  private serve(transport: Transport, info: ConnectionInfo, filterChainName: string, http2: boolean): void {
    const { counters, gauges } = this.stats;
    if (http2) {
      counters.downstream_cx_http2_total.value++;
      gauges.downstream_cx_http2_active.value++;
      this.connections.add(new Http2ServerConnection(this, transport, info, filterChainName));
    } else {
      counters.downstream_cx_http1_total.value++;
      gauges.downstream_cx_http1_active.value++;
      this.connections.add(new Http1ServerConnection(this, transport, info, filterChainName));
    }
  }

  /** Tells filters and logs of the end of a stream; what one throws reaches nobody else. */
  private tell(stream: HttpStream): void {
    try {
      this.tracing?.end(stream);
      for (const filter of stream.chain.done) filter.onDone(stream);
    } catch (error) {
      this.context.logger.error('a filter threw', { error: messageOf(error) });
    }
    this.writeLogs(stream);
  }

  private writeLogs(stream: HttpStream): void {
    try {
      for (const log of this.accessLogs) log.write(stream);
    } catch (error) {
      this.context.logger.error('an access log threw', { error: messageOf(error) });
    }
  }
}

const NO_ROUTES = { find: () => undefined };
