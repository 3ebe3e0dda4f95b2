import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import { type ConnectionInfo, nextConnectionId } from '../http/stream-info.js';
import { connectFailure, formatAddress, plainAddress } from '../network.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { TcpLink, TcpLinkReady } from './tcp-link.js';

/** One connection of a `tcp_proxy` to an endpoint: TCP, then the cluster's transport socket, within the connect timeout. */
export class TcpUpstream implements TcpLink {
  private socket: Socket | undefined;
  private state: 'connecting' | 'open' | 'over' = 'connecting';
  private began_ms = 0;
  private failed: (detail: string) => void = () => {};
  private readonly timer = new WheelTimer(() => {
    this.cluster.stats.counters.upstream_cx_connect_timeout.value++;
    this.fail('connection timeout');
  });

  constructor(
    private readonly context: ProxyContext,
    private readonly cluster: Cluster,
    private readonly host: Host,
    private readonly client: ConnectionInfo,
  ) {}

  connect(ready: (link: TcpLinkReady) => void, failed: (detail: string) => void): void {
    const { cluster, host, context } = this;
    const { counters, gauges } = cluster.stats;
    const { mark, localAddress, connectTimeout_ms, transportSocket } = cluster.settings;
    this.failed = failed;
    this.began_ms = context.clock.monotonic_ms();
    cluster.resources[0]!.connections.inc();
    host.activeConnections++;
    host.totalConnections++;
    counters.upstream_cx_total.value++;
    counters.upstream_rq_pending_total.value++;
    gauges.upstream_cx_active.value++;
    const tcp = context.sockets.connect({ address: host.address, port: host.port, mark, localAddress });
    this.socket = tcp;
    context.wheel.arm(this.timer, connectTimeout_ms);
    tcp.on('error', (error) => this.fail(connectFailure(error)));
    tcp.on('close', () => this.fail(''));
    tcp.once('connect', () => {
      if (this.state !== 'connecting') return;
      if (transportSocket === undefined) {
        this.ready(tcp, undefined, ready);
        return;
      }
      transportSocket.secure(
        tcp,
        host,
        [],
        (secured, _protocol, tls) => this.ready(secured, tls, ready),
        (detail) => this.fail(detail),
        this.client,
      );
    });
  }

  /** Bytes flow: a request of the cluster's statistics. */
  carries(): void {
    this.cluster.stats.counters.upstream_rq_total.value++;
    this.host.totalRequests++;
  }

  end(graceful: boolean, reset: boolean): void {
    const { socket } = this;
    // what the endpoint had ended before ends by it
    this.release(socket?.readableEnded === true);
    if (reset && socket !== undefined && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
    else if (graceful) socket?.destroySoon();
    else socket?.destroy();
  }

  private ready(socket: Socket, tls: TlsInfo | undefined, done: (link: TcpLinkReady) => void): void {
    if (this.state !== 'connecting') {
      socket.destroy();
      return;
    }
    const { context, cluster } = this;
    this.state = 'open';
    this.socket = socket;
    context.wheel.cancel(this.timer);
    cluster.stats.connectTime.record(context.clock.monotonic_ms() - this.began_ms);
    cluster.outlier?.onLocalOrigin(this.host, true, 200);
    socket.once('close', () => this.release(true));
    const { localAddress, localPort = 0 } = socket;
    done({
      socket,
      tls,
      localAddress: localAddress === undefined ? '' : formatAddress(plainAddress(localAddress), localPort),
      connectionId: nextConnectionId(),
      meter: undefined,
    });
  }

  private fail(detail: string): void {
    if (this.state !== 'connecting') return;
    const { counters } = this.cluster.stats;
    counters.upstream_cx_connect_fail.value++;
    counters.upstream_rq_pending_failure_eject.value++;
    this.host.connectFailures++;
    this.release(true);
    this.socket?.destroy();
    this.failed(detail);
  }

  private release(remote: boolean): void {
    if (this.state === 'over') return;
    const { cluster, host, context } = this;
    const { counters, gauges } = cluster.stats;
    const wasOpen = this.state === 'open';
    this.state = 'over';
    context.wheel.cancel(this.timer);
    host.activeConnections--;
    cluster.resources[0]!.connections.dec();
    gauges.upstream_cx_active.value--;
    counters.upstream_cx_destroy.value++;
    counters[remote ? 'upstream_cx_destroy_remote' : 'upstream_cx_destroy_local'].value++;
    if (!wasOpen) return;
    counters.upstream_cx_destroy_with_active_rq.value++;
    counters[remote ? 'upstream_cx_destroy_remote_with_active_rq' : 'upstream_cx_destroy_local_with_active_rq'].value++;
    cluster.stats.connectionLength.record(context.clock.monotonic_ms() - this.began_ms);
  }
}
