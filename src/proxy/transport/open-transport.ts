import type { OnReadOpts, Socket } from 'node:net';
import type { EventClock } from '../../base/event-clock.js';
import type { TlsInfo } from '../tls/tls-info.js';
import { LinkSocket } from './link/link-socket.js';
import { LinkTransport } from './link/link-transport.js';
import { SocketTransport } from './socket-transport.js';

/** Of a socket that exists. */
export function transportOf(socket: Socket, clock: EventClock, tls?: TlsInfo): SocketTransport | LinkTransport {
  return socket instanceof LinkSocket ? new LinkTransport(socket, clock) : SocketTransport.of(socket, clock, tls);
}

/** Of a socket that is made to read into the shared buffer. */
export function openTransport(
  clock: EventClock,
  make: (onread: OnReadOpts) => Socket,
): { transport: SocketTransport | LinkTransport; socket: Socket } {
  const opened = SocketTransport.open(clock, make);
  return opened.socket instanceof LinkSocket
    ? { transport: new LinkTransport(opened.socket, clock), socket: opened.socket }
    : opened;
}
