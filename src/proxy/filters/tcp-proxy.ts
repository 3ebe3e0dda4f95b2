import type { Socket } from 'node:net';
import type { Any } from '@bufbuild/protobuf/wkt';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  type TcpProxy,
  TcpProxySchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { AccessLog } from '../access-log/access-log.js';
import { compileAccessLogs } from '../access-log/compile.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { FLAG } from '../http/response-flags.js';
import { type AccessLogType, type ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import type { NetworkFilter } from '../listener/network-filter.js';
import type { NetworkFilterEnvironment } from './network-filters.js';
import { TcpProxyStats } from './tcp-proxy-stats.js';
import { compileTcpRoute, type TcpRoute } from './tcp-route.js';
import { TcpSession } from './tcp-session.js';
import { compileTunnel, type TunnelRequest } from './tcp-tunnel.js';

const IDLE_TIMEOUT_MS = 3_600_000;

/** `envoy.filters.network.tcp_proxy`: carries bytes both ways. @throws ConfigError */
export function compileTcpProxy(any: Any, environment: NetworkFilterEnvironment, path: string): NetworkFilter {
  const config = unpack(any, TcpProxySchema);
  const logs = compileAccessLogs(config.accessLog, environment.context, `${path}.access_log`);
  return new TcpProxyFilter(environment.context, environment.clusters, config, logs, path);
}

/** A compiled `tcp_proxy` and the connections that it carries. */
export class TcpProxyFilter implements NetworkFilter {
  /** 0 for none, as the others. */
  readonly idleTimeout_ms: number;
  readonly maxDuration_ms: number;
  readonly connectAttempts: number;
  readonly stats: TcpProxyStats;
  /** Undefined for plain TCP to endpoints. */
  readonly tunnel: TunnelRequest | undefined;
  private readonly sessions = new Set<TcpSession>();
  private readonly route: TcpRoute;
  private readonly flushInterval_ms: number;
  private readonly flushesOnConnected: boolean;

  constructor(
    readonly context: ProxyContext,
    private readonly clusters: ClusterLookup,
    config: TcpProxy,
    private readonly logs: readonly AccessLog[],
    path: string,
  ) {
    this.idleTimeout_ms = milliseconds(config.idleTimeout, IDLE_TIMEOUT_MS);
    this.maxDuration_ms = milliseconds(config.maxDownstreamConnectionDuration, 0);
    this.connectAttempts = config.maxConnectAttempts ?? 1;
    this.flushInterval_ms = milliseconds(config.accessLogOptions?.accessLogFlushInterval, 0);
    this.flushesOnConnected = config.accessLogOptions?.flushAccessLogOnConnected ?? false;
    this.route = compileTcpRoute(config, context.random, path);
    if (config.tunnelingConfig !== undefined)
      this.tunnel = compileTunnel(config.tunnelingConfig, `${path}.tunneling_config`);
    this.stats = new TcpProxyStats(context.stats, config.statPrefix);
  }

  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void {
    this.stats.total.value++;
    const stream = new StreamInfo(info, filterChainName);
    stream.metadataSet = info.metadataSet;
    stream.start_ms = this.context.clock.monotonic_ms();
    stream.startWall_ms = this.context.clock.now();
    const chosen = this.route.choose(info);
    const cluster = this.clusters.get(chosen.cluster);
    if (cluster === undefined) {
      this.stats.noRoute.value++;
      stream.flags |= FLAG.noCluster;
      socket.on('error', () => {});
      socket.destroy();
      this.log(stream);
      return;
    }
    const session = new TcpSession(this, cluster, chosen, socket, stream, initial);
    this.sessions.add(session);
    if (this.flushInterval_ms > 0) this.logAgain(session, stream);
    session.connect();
  }

  onConnected(stream: StreamInfo): void {
    if (this.flushesOnConnected) this.log(stream, 'TcpUpstreamConnected');
  }

  onEnd(session: TcpSession, stream: StreamInfo): void {
    if (this.sessions.delete(session)) this.log(stream);
  }

  drain(): void {} // as with Envoy: until the drain time is over

  /** A tunnel cannot be asked to end. */
  close(): void {}

  destroy(): void {
    for (const session of [...this.sessions]) session.end();
  }

  private logAgain(session: TcpSession, stream: StreamInfo): void {
    const timer = new WheelTimer(() => {
      if (!this.sessions.has(session)) return;
      this.log(stream, 'TcpPeriodic');
      this.context.wheel.arm(timer, this.flushInterval_ms);
    });
    this.context.wheel.arm(timer, this.flushInterval_ms);
  }

  private log(stream: StreamInfo, type: AccessLogType = 'TcpConnectionEnd'): void {
    stream.logType = type;
    stream.end_ms = this.context.clock.monotonic_ms();
    for (const log of this.logs) log.write(stream);
  }
}
