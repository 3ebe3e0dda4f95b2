import type { Socket } from 'node:net';
import type { BoundListener, ConnectOptions, ListenOptions, SocketAddress, SocketFactory } from '../../network.js';
import type { Accept, LinkNetwork } from './link-network.js';
import { LinkSocket } from './link-socket.js';

const ANY_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface LinkedSocketsOptions {
  /** Of connections that bind to none; with a capture, also the address whose connections it takes. */
  readonly address: string;
  /** The listener at `port` takes connections to all ports of the address but those: the network redirects them there. */
  readonly capture?: { readonly port: number; readonly exceptPorts: readonly number[] };
}

/**
 * A socket factory whose plain connections to listeners of the same process stay in it. What they cost in the kernel is most of a
 * request's way from one proxy to the next; addresses, half-closes, resets and back-pressure are as over TCP.
 */
export class LinkedSockets implements SocketFactory {
  constructor(
    private readonly sockets: SocketFactory,
    private readonly network: LinkNetwork,
    private readonly options: LinkedSocketsOptions,
  ) {}

  async listen(options: ListenOptions, onConnection: Accept): Promise<BoundListener> {
    const bound = await this.sockets.listen(options, onConnection);
    const close = this.open(options, bound, onConnection);
    if (close === undefined) return bound;
    return {
      ...bound,
      close: () => {
        close();
        bound.close();
      },
    };
  }

  connect(options: ConnectOptions): Socket {
    // only the codecs read so: what reads streams is better off with the kernel's
    if (options.onread !== undefined) {
      const linked = this.network.connect(options.localAddress ?? this.options.address, options);
      if (linked !== undefined) return linked as unknown as Socket;
    }
    return this.sockets.connect(options);
  }

  originalDestination(socket: Socket): SocketAddress | undefined {
    return socket instanceof LinkSocket ? socket.destination : this.sockets.originalDestination(socket);
  }

  private open(options: ListenOptions, bound: BoundListener, accept: Accept): (() => void) | undefined {
    const { address, capture } = this.options;
    if (options.pipe !== undefined) return undefined;
    if (capture !== undefined && capture.port === options.port)
      return this.network.capture({ address, port: bound.port }, capture.exceptPorts, accept);
    // a wildcard names a network that this factory's sockets are in, and which of them the others cannot tell
    return ANY_ADDRESSES.has(bound.address) ? undefined : this.network.open(bound, accept);
  }
}
