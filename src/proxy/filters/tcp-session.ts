import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { codeOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import { ByteMeter } from '../http/byte-meter.js';
import { FLAG } from '../http/response-flags.js';
import type { StreamInfo } from '../http/stream-info.js';
import { contain } from '../listener/contain.js';
import type { TcpLink, TcpLinkReady } from './tcp-link.js';
import type { TcpProxyFilter } from './tcp-proxy.js';
import type { TcpChoice } from './tcp-route.js';
import { TcpTunnel } from './tcp-tunnel.js';
import { TcpUpstream } from './tcp-upstream.js';

/** One client's connection and the one to its upstream. */
export class TcpSession {
  private upstream: TcpLink | undefined;
  private attempts = 0;
  private ended = false;
  private idleArmed_ms = 0;
  private readonly idleTimer = new WheelTimer(() => this.onIdle());
  private readonly ageTimer = new WheelTimer(() => {
    this.filter.stats.maxDuration.value++;
    this.end();
  });

  constructor(
    private readonly filter: TcpProxyFilter,
    private readonly cluster: Cluster,
    private readonly choice: TcpChoice,
    private readonly client: Socket,
    private readonly stream: StreamInfo,
    private readonly initial: Buffer | undefined,
  ) {
    client.pause();
    client.on('error', (error) => this.end(isReset(error)));
    client.on('close', () => this.end());
    stream.clusterName = cluster.name;
    stream.upstreamCluster = cluster;
    if (filter.maxDuration_ms > 0) filter.context.wheel.arm(this.ageTimer, filter.maxDuration_ms);
  }

  connect(): void {
    const { cluster, stream, choice } = this;
    const { connection } = stream;
    const { counters } = cluster.stats;
    if (!cluster.resources[0]!.connections.available) {
      counters.upstream_cx_overflow.value++;
      this.fail(FLAG.overflow);
      return;
    }
    const destination = connection.restored
      ? { address: connection.localAddress, port: connection.localPort }
      : undefined;
    const host = cluster.choose({ destination, criteria: choice.criteria, hash: () => choice.hash(connection) });
    if (host === undefined) {
      this.fail(FLAG.noHealthyUpstream);
      return;
    }
    this.attempts++;
    stream.attempts = this.attempts;
    stream.upstreamHost = host;
    const { tunnel, context } = this.filter;
    const upstream =
      tunnel === undefined
        ? new TcpUpstream(context, cluster, host, connection)
        : new TcpTunnel(tunnel, cluster, host, stream);
    this.upstream = upstream;
    upstream.connect(
      (link) => this.connected(upstream, link),
      (detail) => this.connectFailed(host, detail),
    );
  }

  /** @param reset the other side is to see it, too */
  end(reset = false): void {
    if (this.ended) return;
    this.ended = true;
    const { wheel } = this.filter.context;
    for (const timer of [this.idleTimer, this.ageTimer]) wheel.cancel(timer);
    if (reset && !(this.client instanceof TLSSocket)) this.client.resetAndDestroy();
    else this.client.destroy();
    this.upstream?.end(this.client.readableEnded, reset);
    this.filter.onEnd(this, this.stream);
  }

  private fail(flag: number): void {
    this.stream.flags |= flag;
    this.end();
  }

  private connected(upstream: TcpLink, { socket, tls, localAddress, connectionId, meter }: TcpLinkReady): void {
    const { client, stream, filter, cluster } = this;
    const { counters } = cluster.stats;
    const { stats } = filter;
    stream.upstreamConnectionId = connectionId;
    stream.upstreamLocalAddress = localAddress;
    stream.upstreamTls = tls;
    socket.on('error', (error) => {
      if (!this.ended && isReset(error)) stream.flags |= FLAG.upstreamReset;
      this.end(isReset(error));
    });
    socket.on('close', () => {
      // after a clean end the client may still have bytes to take
      if (!socket.readableEnded) this.end();
    });
    const upstreamBytes = meter ?? new ByteMeter();
    stream.upstreamBytes = upstreamBytes;
    const received = (bytes: number): void => {
      stream.bytesReceived += bytes;
      stream.downstreamBytes.received += bytes;
      stats.rxBytes.value += bytes;
      if (meter !== undefined) return;
      upstreamBytes.sent += bytes;
      counters.upstream_cx_tx_bytes_total.value += bytes;
    };
    if (this.initial !== undefined) {
      received(this.initial.length);
      socket.write(this.initial);
    }
    this.carry(client, socket, received);
    this.carry(socket, client, (bytes) => {
      stream.bytesSent += bytes;
      stream.downstreamBytes.sent += bytes;
      stats.txBytes.value += bytes;
      if (meter !== undefined) return;
      upstreamBytes.received += bytes;
      counters.upstream_cx_rx_bytes_total.value += bytes;
    });
    upstream.carries();
    this.touch();
    filter.onConnected(stream);
  }

  /** Back-pressure both ways: who writes slowly is read slowly. */
  private carry(from: Duplex, to: Duplex, count: (bytes: number) => void): void {
    const { stats } = this.filter;
    const isClient = from === this.client;
    const carry = (chunk: Buffer): void => {
      count(chunk.length);
      this.touch();
      if (to.write(chunk)) return;
      from.pause();
      if (isClient) stats.paused.value++;
    };
    from.on('data', (chunk: Buffer) => contain(this.filter.context, this.client, () => carry(chunk)));
    to.on('drain', () => {
      if (!from.isPaused()) return;
      from.resume();
      if (isClient) stats.resumed.value++;
    });
    from.on('end', () => to.end());
    // the end may have come while nobody listened
    if (from.readableEnded) to.end();
    else from.resume();
  }

  /** Arming moves a timer; bytes that come in the same moment as others don't. */
  private touch(): void {
    const { idleTimeout_ms, context } = this.filter;
    if (idleTimeout_ms <= 0 || this.ended) return;
    const now_ms = context.clock.monotonic_ms();
    if (this.idleTimer.armed && now_ms - this.idleArmed_ms < Math.min(1000, idleTimeout_ms / 100)) return;
    this.idleArmed_ms = now_ms;
    context.wheel.arm(this.idleTimer, idleTimeout_ms);
  }

  private onIdle(): void {
    this.filter.stats.idleTimeout.value++;
    this.end();
  }

  private connectFailed(host: Host, detail: string): void {
    if (this.ended) return;
    this.upstream = undefined;
    this.stream.transportFailure = detail;
    this.stream.flags |= FLAG.connectionFailure;
    this.cluster.outlier?.onLocalOrigin(host, false, 503);
    if (this.attempts < this.filter.connectAttempts) {
      this.connect();
      return;
    }
    this.cluster.stats.counters.upstream_cx_connect_attempts_exceeded.value++;
    this.fail(FLAG.connectAttemptsExceeded);
  }
}

function isReset(error: Error): boolean {
  return codeOf(error) === 'ECONNRESET';
}
