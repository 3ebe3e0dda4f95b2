import type { Socket } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { messageOf } from '../../base/errors.js';
import { FIELD_COUNT_MAX, HEAD_BYTES_MAX } from '../../wire/http1/index.js';
import {
  type HttpConnectionManager as Config,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { AccessLog } from '../access-log/access-log.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import type { RouteTable } from '../route/route-table.js';
import { CodeStats } from '../stats/code-stats.js';
import type { Counter } from '../stats/metrics.js';
import { SocketTransport } from '../transport/socket-transport.js';
import type { ServerConnection } from './downstream-codec.js';
import type { FilterChain } from './filter-chain.js';
import type { HttpStream } from './http-stream.js';
import { Http1ServerConnection } from './http1-server-connection.js';
import type { ConnectionInfo } from './stream-info.js';

/** Envoy's defaults. */
const IDLE_TIMEOUT_MS = 3_600_000;
const STREAM_IDLE_TIMEOUT_MS = 300_000;
const DELAYED_CLOSE_TIMEOUT_MS = 1_000;

/** Where a connection manager finds its routes: inline, or by RDS. */
export interface RouteSource {
  readonly table: RouteTable | undefined;
}

/** The counters of one `stat_prefix`. */
class ManagerStats {
  constructor(
    private readonly context: ProxyContext,
    readonly prefix: string,
  ) {}

  counter(name: string): Counter {
    return this.context.stats.counter(`http.${this.prefix}.${name}`);
  }
}

/** A compiled `http_connection_manager` and the connections that it serves. */
export class ConnectionManager {
  readonly stats: ManagerStats;
  readonly counters: Readonly<
    Record<
      'cxTotal' | 'rqTotal' | 'rqCompleted' | 'rxBytes' | 'protocolError' | 'idleTimeout' | 'cxDestroy' | 'http1',
      Counter
    >
  >;
  readonly parserOptions;
  readonly streamIdleTimeout_ms: number;
  readonly requestHeadersTimeout_ms: number;
  readonly idleTimeout_ms: number;
  readonly maxConnectionDuration_ms: number;
  readonly maxStreamDuration_ms: number;
  readonly maxRequestsPerConnection: number;
  readonly delayedCloseTimeout_ms: number;
  readonly serverName: string;
  readonly serverHeader: 'overwrite' | 'append' | 'pass';
  readonly via: string;
  readonly requestIdInResponse: boolean;
  readonly generateRequestId: boolean;
  readonly preserveRequestId: boolean;
  readonly useRemoteAddress: boolean;
  readonly skipXffAppend: boolean;
  readonly acceptHttp10: boolean;
  readonly allowAbsoluteUrl: boolean;
  readonly enableTrailers: boolean;
  readonly upgrades: ReadonlyMap<string, boolean>;
  draining = false;
  private readonly connections = new Set<ServerConnection>();
  private readonly stripPort: 'no' | 'matching' | 'any';
  private readonly internalRanges: BlockList;
  /** Requests that the router took: `rq_total`. */
  readonly requestTotal: Counter;
  private readonly codes: CodeStats;
  private readonly cxActive;
  private readonly rqActive;
  private readonly rqTime;

  constructor(
    readonly context: ProxyContext,
    config: Config,
    /** The filters, and of those a route may switch. */
    readonly chain: FilterChain,
    private readonly source: RouteSource,
    private readonly accessLogs: readonly AccessLog[],
  ) {
    this.stats = new ManagerStats(context, config.statPrefix);
    const counter = (name: string): Counter => this.stats.counter(name);
    this.counters = {
      cxTotal: counter('downstream_cx_total'),
      rqTotal: counter('downstream_rq_total'),
      rqCompleted: counter('downstream_rq_completed'),
      rxBytes: counter('downstream_cx_rx_bytes_total'),
      protocolError: counter('downstream_cx_protocol_error'),
      idleTimeout: counter('downstream_cx_idle_timeout'),
      cxDestroy: counter('downstream_cx_destroy'),
      http1: counter('downstream_rq_http1_total'),
    };
    this.requestTotal = counter('rq_total');
    const prefix = `http.${config.statPrefix}`;
    this.codes = new CodeStats(context.stats, `${prefix}.downstream_rq`, false);
    this.cxActive = context.stats.gauge(`${prefix}.downstream_cx_active`);
    this.rqActive = context.stats.gauge(`${prefix}.downstream_rq_active`);
    this.rqTime = context.stats.histogram(`${prefix}.downstream_rq_time`);
    const common = config.commonHttpProtocolOptions;
    const http1 = config.httpProtocolOptions;
    this.parserOptions = {
      limits: {
        head_bytes_max: config.maxRequestHeadersKb === undefined ? HEAD_BYTES_MAX : config.maxRequestHeadersKb * 1024,
        field_count_max: common?.maxHeadersCount ?? FIELD_COUNT_MAX,
      },
      keepSpelling: http1?.headerKeyFormat?.headerFormat.case === 'statefulFormatter',
    };
    this.streamIdleTimeout_ms = milliseconds(config.streamIdleTimeout, STREAM_IDLE_TIMEOUT_MS);
    this.requestHeadersTimeout_ms = milliseconds(config.requestHeadersTimeout, 0);
    this.idleTimeout_ms = milliseconds(common?.idleTimeout, IDLE_TIMEOUT_MS);
    this.maxConnectionDuration_ms = milliseconds(common?.maxConnectionDuration, 0);
    this.maxStreamDuration_ms = milliseconds(common?.maxStreamDuration, 0);
    this.maxRequestsPerConnection = common?.maxRequestsPerConnection ?? 0;
    this.delayedCloseTimeout_ms = milliseconds(config.delayedCloseTimeout, DELAYED_CLOSE_TIMEOUT_MS);
    this.serverName = config.serverName || 'envoy';
    this.serverHeader = serverHeaderOf(config.serverHeaderTransformation);
    this.via = config.via;
    this.requestIdInResponse = config.alwaysSetRequestIdInResponse;
    this.generateRequestId = config.generateRequestId ?? true;
    this.preserveRequestId = config.preserveExternalRequestId;
    this.useRemoteAddress = config.useRemoteAddress ?? false;
    this.skipXffAppend = config.skipXffAppend;
    this.acceptHttp10 = http1?.acceptHttp10 ?? false;
    this.allowAbsoluteUrl = http1?.allowAbsoluteUrl ?? true;
    this.enableTrailers = http1?.enableTrailers ?? false;
    this.upgrades = new Map(
      config.upgradeConfigs.map((upgrade) => [upgrade.upgradeType.toLowerCase(), upgrade.enabled ?? true]),
    );
    this.stripPort =
      config.stripPortMode.case === 'stripAnyHostPort' && config.stripPortMode.value
        ? 'any'
        : config.stripMatchingHostPort
          ? 'matching'
          : 'no';
    this.internalRanges = new BlockList();
    for (const range of config.internalAddressConfig?.cidrRanges ?? []) {
      const family = isIP(range.addressPrefix) === 6 ? 'ipv6' : 'ipv4';
      this.internalRanges.addSubnet(range.addressPrefix, range.prefixLen ?? 0, family);
    }
  }

  get routes(): { find: RouteTable['find'] } {
    return this.source.table ?? NO_ROUTES;
  }

  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void {
    this.counters.cxTotal.value++;
    this.cxActive.value++;
    const transport = SocketTransport.of(socket, this.context.clock);
    const connection = new Http1ServerConnection(this, transport, info, filterChainName);
    this.connections.add(connection);
    if (initial !== undefined) transport.listener.onData(initial, 0, initial.length);
    transport.start();
  }

  /** From now on each answer ends its connection. */
  drain(): void {
    this.draining = true;
  }

  /** Ends idle connections now, and busy ones after their answer. */
  close(): void {
    this.draining = true;
    for (const connection of [...this.connections]) connection.drain();
  }

  /** Ends all connections now. */
  destroy(): void {
    for (const connection of [...this.connections]) connection.destroy();
  }

  isInternal(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.internalRanges.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** `strip_any_host_port` and `strip_matching_host_port`. */
  normalizeHost(host: string, localPort: number): string {
    if (this.stripPort === 'no') return host;
    const port = /:(\d+)$/.exec(host);
    if (port === null || (this.stripPort === 'matching' && Number(port[1]) !== localPort)) return host;
    return host.slice(0, port.index);
  }

  onStreamStart(stream: HttpStream): void {
    const { clock } = this.context;
    stream.start_ms = clock.monotonic_ms();
    if (this.accessLogs.length > 0) stream.startWall_ms = clock.now();
    this.counters.rqTotal.value++;
    this.counters.http1.value++;
    this.rqActive.value++;
  }

  onStreamEnd(stream: HttpStream): void {
    stream.end_ms = this.context.clock.monotonic_ms();
    this.rqActive.value--;
    this.rqTime.record(stream.end_ms - stream.start_ms);
    if (stream.status !== 0) {
      this.counters.rqCompleted.value++;
      this.codes.charge(stream.status);
    }
    this.tell(stream);
  }

  /** Tells filters and logs of the end of a stream; what one throws reaches nobody else. */
  private tell(stream: HttpStream): void {
    try {
      for (const filter of stream.chain.done) filter.onDone(stream);
      for (const log of this.accessLogs) log.write(stream);
    } catch (error) {
      this.context.logger.error('a filter or access log threw', { error: messageOf(error) });
    }
  }

  onConnectionEnd(connection: ServerConnection): void {
    if (!this.connections.delete(connection)) return;
    this.cxActive.value--;
    this.counters.cxDestroy.value++;
  }
}

const NO_ROUTES = { find: () => undefined };

function serverHeaderOf(transformation: ServerHeader): 'overwrite' | 'append' | 'pass' {
  if (transformation === ServerHeader.APPEND_IF_ABSENT) return 'append';
  return transformation === ServerHeader.PASS_THROUGH ? 'pass' : 'overwrite';
}
