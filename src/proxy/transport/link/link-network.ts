import type { Socket } from 'node:net';
import type { SocketAddress } from '../../network.js';
import { LinkScheduler } from './link-scheduler.js';
import { LinkSocket } from './link-socket.js';

/** Ports of clients, which have none: they name a connection in logs, and are not bound. */
const CLIENT_PORT_FIRST = 49_152;
const CLIENT_PORT_LAST = 65_535;

export type Accept = (socket: Socket) => void;

interface Capture {
  readonly port: number;
  readonly exceptPorts: ReadonlySet<number>;
  readonly accept: Accept;
}

/** Where a connection goes. */
interface Target {
  /** The listener's end. */
  readonly local: SocketAddress;
  /** Where the client wanted to go, when it was captured. */
  readonly destination: SocketAddress | undefined;
  readonly accept: Accept;
}

/** The listeners of one process whose clients may be in it, too: all of one network, so that an address names one of them. */
export class LinkNetwork {
  private readonly scheduler = new LinkScheduler();
  private readonly listeners = new Map<string, Accept>();
  private readonly captures = new Map<string, Capture>();
  private clientPort = CLIENT_PORT_FIRST;

  /** @returns what ends it */
  open({ address, port }: SocketAddress, accept: Accept): () => void {
    return put(this.listeners, `${address}:${port}`, accept);
  }

  /** Connections to all ports of the address but those go to this listener. @returns what ends it */
  capture({ address, port }: SocketAddress, exceptPorts: readonly number[], accept: Accept): () => void {
    return put(this.captures, address, { port, exceptPorts: new Set(exceptPorts), accept });
  }

  /** A connection to one of the listeners; undefined when there is none at this address. */
  connect(from: string, { address, port }: SocketAddress): LinkSocket | undefined {
    const to = { address, port };
    const target = this.targetOf(from, to);
    if (target === undefined) return undefined;
    const client = { address: from, port: this.nextPort() };
    const pair = LinkSocket.pair(this.scheduler, client, to, target);
    setImmediate(() => {
      if (pair.client.destroyed) return;
      // it may have gone in between, as over TCP
      if (this.targetOf(from, to)?.accept !== target.accept) {
        const error = new Error(`connect ECONNREFUSED ${address}:${port}`);
        pair.client.destroy(Object.assign(error, { code: 'ECONNREFUSED' }));
        return;
      }
      target.accept(pair.server as unknown as Socket);
      pair.client.emit('connect');
    });
    return pair.client;
  }

  private targetOf(from: string, to: SocketAddress): Target | undefined {
    const accept = this.listeners.get(`${to.address}:${to.port}`);
    if (accept !== undefined) return { local: to, destination: undefined, accept };
    const capture = this.captures.get(to.address);
    // a sidecar's connections to its own pod pass its capture: they are for the application
    if (capture === undefined || from === to.address || capture.exceptPorts.has(to.port)) return undefined;
    return { local: { address: to.address, port: capture.port }, destination: to, accept: capture.accept };
  }

  private nextPort(): number {
    if (this.clientPort > CLIENT_PORT_LAST) this.clientPort = CLIENT_PORT_FIRST;
    return this.clientPort++;
  }
}

/** @returns what takes it away, if it is still there */
function put<T>(map: Map<string, T>, key: string, value: T): () => void {
  map.set(key, value);
  return () => {
    if (map.get(key) === value) map.delete(key);
  };
}
