import type { Socket } from 'node:net';
import type { BoundListener, ConnectOptions, ListenOptions, SocketAddress, SocketFactory } from '../../network.js';
import { LinkScheduler } from './link-scheduler.js';
import { LinkSocket } from './link-socket.js';

/** Where the ports of clients come from that have none: they name a connection in logs, and are not bound. */
const CLIENT_PORT_FIRST = 49_152;
const CLIENT_PORT_LAST = 65_535;

type Accept = (socket: Socket) => void;

/** The listeners of one process whose peers may be in it, too: those of one network, so that an address names one of them. */
export class LinkNetwork {
  readonly scheduler = new LinkScheduler();
  private readonly listeners = new Map<string, Accept>();
  private clientPort = CLIENT_PORT_FIRST;

  /** @returns what ends it */
  open({ address, port }: SocketAddress, accept: Accept): () => void {
    const key = `${address}:${port}`;
    this.listeners.set(key, accept);
    return () => {
      if (this.listeners.get(key) === accept) this.listeners.delete(key);
    };
  }

  /** A connection to one of the listeners; undefined when there is none at this address. */
  connect(from: string, to: SocketAddress): LinkSocket | undefined {
    const key = `${to.address}:${to.port}`;
    const accept = this.listeners.get(key);
    if (accept === undefined) return undefined;
    const { client, server } = LinkSocket.pair(this.scheduler, { address: from, port: this.nextPort() }, to);
    setImmediate(() => {
      if (client.destroyed) return;
      // it may have gone in between, as over TCP
      if (this.listeners.get(key) !== accept) {
        client.destroy(Object.assign(new Error(`connect ECONNREFUSED ${key}`), { code: 'ECONNREFUSED' }));
        return;
      }
      accept(server as unknown as Socket);
      client.emit('connect');
    });
    return client;
  }

  private nextPort(): number {
    if (this.clientPort > CLIENT_PORT_LAST) this.clientPort = CLIENT_PORT_FIRST;
    return this.clientPort++;
  }
}

/**
 * A socket factory whose plain connections to listeners of the same process stay in it. What they cost in the kernel is most of a
 * request's way from one proxy to the next; addresses, half-closes, resets and back-pressure are as over TCP.
 */
export class LinkedSockets implements SocketFactory {
  /** @param clientAddress of connections that bind to none */
  constructor(
    private readonly sockets: SocketFactory,
    private readonly network: LinkNetwork,
    private readonly clientAddress: string,
  ) {}

  async listen(options: ListenOptions, onConnection: Accept): Promise<BoundListener> {
    const bound = await this.sockets.listen(options, onConnection);
    if (options.pipe !== undefined) return bound;
    const close = this.network.open(bound, onConnection);
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
      const linked = this.network.connect(options.localAddress ?? this.clientAddress, options);
      if (linked !== undefined) return linked as unknown as Socket;
    }
    return this.sockets.connect(options);
  }

  originalDestination(socket: Socket): SocketAddress | undefined {
    return socket instanceof LinkSocket ? undefined : this.sockets.originalDestination(socket);
  }
}
