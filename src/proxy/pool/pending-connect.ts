import type { Socket } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import { connectFailure } from '../network.js';
import { LinkSocket } from '../transport/link/link-socket.js';
import { openTransport, transportOf } from '../transport/open-transport.js';
import type { Transport } from '../transport/transport.js';
import type { PoolFailure } from './connection-pool.js';
import type { ConnectionSettings } from './connection-settings.js';

/** Exactly one of the two is called, unless the connect is cancelled. */
export interface ConnectOwner {
  /** @param protocol what ALPN chose, '' for none */
  onConnected(pending: PendingConnect, transport: Transport, protocol: string): void;
  /** @param detail the system's own words, where there are some */
  onConnectFailed(pending: PendingConnect, failure: PoolFailure, detail: string): void;
}

/** One connection on its way to an endpoint: TCP, then the cluster's transport socket, within the connect timeout. */
export class PendingConnect {
  readonly began_ms: number;
  private over = false;
  private socket: Socket | undefined;
  private readonly timer = new WheelTimer(() => this.fail('connection_timeout', ''));

  constructor(
    private readonly context: ProxyContext,
    private readonly host: Host,
    private readonly settings: ConnectionSettings,
    private readonly alpn: readonly string[],
    private readonly owner: ConnectOwner,
  ) {
    this.began_ms = context.clock.monotonic_ms();
  }

  start(): void {
    this.context.wheel.arm(this.timer, this.settings.connectTimeout_ms);
    if (this.settings.transportSocket === undefined) this.connectPlain();
    else this.connectSecure();
  }

  cancel(): void {
    if (this.over) return;
    this.over = true;
    this.context.wheel.cancel(this.timer);
    this.socket?.destroy();
  }

  private connectPlain(): void {
    const { transport, socket } = openTransport(this.context.clock, (onread) =>
      this.context.sockets.connect({ ...this.target(), onread }),
    );
    this.watch(socket);
    socket.once('connect', () => this.ready(transport, ''));
  }

  private connectSecure(): void {
    const socket = this.context.sockets.connect(this.target());
    this.watch(socket);
    socket.once('connect', () => {
      if (this.over) return;
      this.settings.transportSocket!.secure(
        socket,
        this.host,
        this.alpn,
        (secured, protocol, tls) => this.ready(transportOf(secured, this.context.clock, tls), protocol),
        (detail) => this.fail('connection_failure', detail),
      );
    });
  }

  private target(): { address: string; port: number; mark: number | undefined; localAddress: string | undefined } {
    const { host, settings } = this;
    return { address: host.address, port: host.port, mark: settings.mark, localAddress: settings.localAddress };
  }

  private watch(socket: Socket): void {
    this.socket = socket;
    const { keepalive_ms } = this.settings;
    // the socket of a link between two sidecars of one process stands for no connection
    if (keepalive_ms !== undefined && !(socket instanceof LinkSocket)) socket.setKeepAlive(true, keepalive_ms);
    socket.on('error', (error) => this.fail('connection_failure', connectFailure(error)));
    socket.on('close', () => this.fail('connection_failure', ''));
  }

  private ready(transport: Transport, protocol: string): void {
    if (this.over) return;
    this.over = true;
    this.context.wheel.cancel(this.timer);
    this.owner.onConnected(this, transport, protocol);
  }

  private fail(failure: PoolFailure, detail: string): void {
    if (this.over) return;
    this.cancel();
    this.owner.onConnectFailed(this, failure, detail);
  }
}
