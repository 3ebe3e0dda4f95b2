import type { Socket } from 'node:net';
import {
  type BoundListener,
  type ConnectOptions,
  HostSockets,
  type ListenOptions,
  type SocketAddress,
  type SocketFactory,
} from '../../proxy/network.js';

const ANY_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface LoopbackSocketsOptions {
  /** The pod's own address: what its listeners bind to, and whom its calls come from. */
  readonly podIP: string;
  /** Listener ports that are opened on the host instead: an ordinary user may not bind the low ones. */
  readonly hostPorts: Readonly<Record<number, SocketAddress>>;
}

/** Sockets of a pod that is a loopback address of the host. */
export class LoopbackSockets implements SocketFactory {
  private readonly host = new HostSockets();

  constructor(private readonly options: LoopbackSocketsOptions) {}

  listen(options: ListenOptions, onConnection: (socket: Socket) => void): Promise<BoundListener> {
    const mapped = this.options.hostPorts[options.port];
    if (mapped) return this.host.listen({ ...options, ...mapped }, onConnection);
    const address = ANY_ADDRESSES.has(options.address) ? this.options.podIP : options.address;
    return this.host.listen({ ...options, address }, onConnection);
  }

  connect(options: ConnectOptions): Socket {
    const isLoopback = options.address.startsWith('127.');
    return this.host.connect({ ...options, ...(isLoopback ? { localAddress: this.options.podIP } : {}) });
  }

  originalDestination(): undefined {
    return undefined;
  }
}
