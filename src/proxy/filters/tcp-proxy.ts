import type { Socket } from 'node:net';
import type { Any } from '@bufbuild/protobuf/wkt';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  type TcpProxy,
  TcpProxySchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { AccessLog } from '../access-log/access-log.js';
import { compileAccessLogs } from '../access-log/compile.js';
import type { Cluster } from '../cluster/cluster.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { Host } from '../cluster/host.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { FLAG } from '../http/response-flags.js';
import { type ConnectionInfo, nextConnectionId, StreamInfo } from '../http/stream-info.js';
import type { NetworkFilter } from '../listener/network-filter.js';
import { formatAddress, plainAddress } from '../network.js';
import type { NetworkFilterEnvironment } from './network-filters.js';

const IDLE_TIMEOUT_MS = 3_600_000;

/** `envoy.filters.network.tcp_proxy`: carries bytes both ways. @throws ConfigError */
export function compileTcpProxy(any: Any, environment: NetworkFilterEnvironment, path: string): NetworkFilter {
  const config = unpack(any, TcpProxySchema);
  const logs = compileAccessLogs(config.accessLog, environment.context, `${path}.access_log`);
  return new TcpProxyFilter(environment.context, environment.clusters, config, logs, path);
}

export class TcpProxyFilter implements NetworkFilter {
  readonly idleTimeout_ms: number;
  readonly maxDuration_ms: number;
  readonly connectAttempts: number;
  private readonly tunnels = new Set<Tunnel>();
  private readonly chooseCluster: () => string;
  private readonly cxTotal;
  private readonly cxNoRoute;

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
    this.chooseCluster = compileClusterChoice(config, context, path);
    const prefix = `tcp.${config.statPrefix}`;
    this.cxTotal = context.stats.counter(`${prefix}.downstream_cx_total`);
    this.cxNoRoute = context.stats.counter(`${prefix}.downstream_cx_no_route`);
  }

  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void {
    this.cxTotal.value++;
    const stream = new StreamInfo(info, filterChainName);
    stream.logType = 'TcpConnectionEnd';
    stream.start_ms = this.context.clock.monotonic_ms();
    stream.startWall_ms = this.context.clock.now();
    const cluster = this.clusters.get(this.chooseCluster());
    if (cluster === undefined) {
      this.cxNoRoute.value++;
      stream.flags |= FLAG.noCluster;
      socket.destroy();
      this.log(stream);
      return;
    }
    const tunnel = new Tunnel(this, cluster, socket, stream, initial);
    this.tunnels.add(tunnel);
    tunnel.connect();
  }

  onEnd(tunnel: Tunnel, stream: StreamInfo): void {
    if (this.tunnels.delete(tunnel)) this.log(stream);
  }

  drain(): void {} // as with Envoy: until the drain time is over

  /** A tunnel cannot be asked to end. */
  close(): void {}

  destroy(): void {
    for (const tunnel of [...this.tunnels]) tunnel.end();
  }

  private log(stream: StreamInfo): void {
    stream.end_ms = this.context.clock.monotonic_ms();
    for (const log of this.logs) log.write(stream);
  }
}

function compileClusterChoice(config: TcpProxy, context: ProxyContext, path: string): () => string {
  const specifier = config.clusterSpecifier;
  if (specifier.case === 'cluster') return () => specifier.value;
  if (specifier.case === undefined) throw new ConfigError(path, 'a tcp_proxy needs cluster or weighted_clusters');
  const clusters = specifier.value.clusters;
  const total = clusters.reduce((sum, cluster) => sum + cluster.weight, 0);
  return () => {
    let left = context.random.below(total);
    for (const cluster of clusters) {
      if (left < cluster.weight) return cluster.name;
      left -= cluster.weight;
    }
    return '';
  };
}

/** One client's connection and the one to its upstream. */
class Tunnel {
  private upstream: Socket | undefined;
  private host: Host | undefined;
  private attempts = 0;
  private ended = false;
  private readonly connectTimer = new WheelTimer(() => this.failed('connection timeout'));
  private readonly idleTimer = new WheelTimer(() => this.end());
  private readonly ageTimer = new WheelTimer(() => this.end());

  constructor(
    private readonly filter: TcpProxyFilter,
    private readonly cluster: Cluster,
    private readonly client: Socket,
    private readonly stream: StreamInfo,
    private readonly initial: Buffer | undefined,
  ) {
    client.pause();
    client.on('error', () => this.end());
    client.on('close', () => this.end());
    stream.clusterName = cluster.name;
    stream.upstreamCluster = cluster;
    if (filter.maxDuration_ms > 0) filter.context.wheel.arm(this.ageTimer, filter.maxDuration_ms);
  }

  connect(): void {
    const { cluster, stream } = this;
    const { context } = this.filter;
    const { connections } = cluster.resources[0]!;
    const { counters } = cluster.stats;
    if (!connections.available) {
      counters.upstream_cx_overflow.value++;
      stream.flags |= FLAG.overflow;
      this.end();
      return;
    }
    const destination = stream.connection.restored
      ? { address: stream.connection.localAddress, port: stream.connection.localPort }
      : undefined;
    const host = cluster.choose({ destination });
    if (host === undefined) {
      counters.upstream_cx_none_healthy.value++;
      stream.flags |= FLAG.noHealthyUpstream;
      this.end();
      return;
    }
    this.attempts++;
    stream.attempts++;
    this.host = host;
    stream.upstreamHost = host;
    connections.inc();
    host.activeConnections++;
    host.totalConnections++;
    counters.upstream_cx_total.value++;
    cluster.stats.gauges.upstream_cx_active.value++;
    const { mark, localAddress, connectTimeout_ms } = cluster.settings;
    const upstream = context.sockets.connect({ address: host.address, port: host.port, mark, localAddress });
    this.upstream = upstream;
    context.wheel.arm(this.connectTimer, connectTimeout_ms);
    upstream.once('connect', () => this.connected(upstream, host));
    upstream.on('error', (error) => this.upstreamError(upstream, messageOf(error)));
    upstream.on('close', () => {
      // after a clean end the client may still have bytes to take
      if (!upstream.readableEnded) this.upstreamError(upstream, '');
    });
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.releaseHost();
    const { wheel } = this.filter.context;
    for (const timer of [this.connectTimer, this.idleTimer, this.ageTimer]) wheel.cancel(timer);
    this.client.destroy();
    if (this.client.readableEnded) this.upstream?.destroySoon();
    else this.upstream?.destroy();
    this.filter.onEnd(this, this.stream);
  }

  private connected(upstream: Socket, host: Host): void {
    this.stream.upstreamConnectionId = nextConnectionId();
    if (upstream.localAddress !== undefined)
      this.stream.upstreamLocalAddress = formatAddress(plainAddress(upstream.localAddress), upstream.localPort ?? 0);
    const { filter, client } = this;
    filter.context.wheel.cancel(this.connectTimer);
    this.cluster.outlier?.onLocalOrigin(host, true, 200);
    if (this.initial !== undefined) upstream.write(this.initial);
    this.carry(client, upstream, (bytes) => {
      this.stream.bytesReceived += bytes;
    });
    this.carry(upstream, client, (bytes) => {
      this.stream.bytesSent += bytes;
    });
    this.touch();
  }

  private carry(from: Socket, to: Socket, count: (bytes: number) => void): void {
    from.on('data', (chunk: Buffer) => {
      count(chunk.length);
      this.touch();
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => to.end());
    // the end may have come while nobody listened
    if (from.readableEnded) to.end();
    else from.resume();
  }

  private touch(): void {
    if (this.filter.idleTimeout_ms > 0 && !this.ended)
      this.filter.context.wheel.arm(this.idleTimer, this.filter.idleTimeout_ms);
  }

  private upstreamError(upstream: Socket, detail: string): void {
    if (this.upstream !== upstream || this.ended) return;
    if (this.connectTimer.armed) this.failed(detail);
    else this.end();
  }

  private failed(detail: string): void {
    const { host, cluster } = this;
    this.filter.context.wheel.cancel(this.connectTimer);
    cluster.stats.counters.upstream_cx_connect_fail.value++;
    this.stream.transportFailure = detail;
    if (host !== undefined) {
      host.connectFailures++;
      cluster.outlier?.onLocalOrigin(host, false, 503);
    }
    const { upstream } = this;
    this.upstream = undefined;
    upstream?.destroy();
    this.releaseHost();
    if (this.attempts < this.filter.connectAttempts) {
      this.connect();
      return;
    }
    cluster.stats.counters.upstream_cx_connect_attempts_exceeded.value++;
    this.stream.flags |= FLAG.connectionFailure;
    this.end();
  }

  private releaseHost(): void {
    if (this.host === undefined) return;
    this.host.activeConnections--;
    this.host = undefined;
    this.cluster.resources[0]!.connections.dec();
    this.cluster.stats.gauges.upstream_cx_active.value--;
  }
}
