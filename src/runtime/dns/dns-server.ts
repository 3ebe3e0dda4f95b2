import dgram from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { DnsResponder } from './responder.js';

/** Queries that are worked on at a time; more are dropped, and their senders ask again. */
export const QUERIES_IN_FLIGHT_MAX = 1024;
export const TCP_CONNECTIONS_MAX = 128;
const TCP_IDLE_MS = 10_000;
const LENGTH_BYTES = 2;
/** A query is one name; RFC 1035 limits that to 255 bytes. */
const TCP_QUERY_BYTES_MAX = 4096;
const BACKLOG = 128;

/** Where to listen: an address of this process's network, or sockets that were made in another. */
export type DnsListen =
  | { readonly address: string; readonly port: number }
  | { readonly udp: number; readonly tcp: number };

/** TCP first: where the system picks the port, one that TCP has free is rarer. Both are closed where one fails. */
async function bindBoth(udp: dgram.Socket, tcp: Server, at: { readonly address: string; readonly port: number }) {
  try {
    tcp.listen({ host: at.address, port: at.port, backlog: BACKLOG });
    await once(tcp, 'listening');
    udp.bind((tcp.address() as AddressInfo).port, at.address);
    await once(udp, 'listening');
  } catch (error) {
    tcp.close();
    udp.close();
    throw error;
  }
}

/** A name server over UDP and TCP. */
export class DnsServer {
  private inFlight = 0;
  private readonly connections = new Set<Socket>();

  private constructor(
    private readonly responder: DnsResponder,
    private readonly udp: dgram.Socket,
    private readonly tcp: Server,
  ) {
    udp.on('message', (message, from) => this.onDatagram(message, from));
    // A client that is gone.
    udp.on('error', () => {});
    tcp.on('connection', (socket) => this.onConnection(socket));
    tcp.on('error', () => {});
    tcp.maxConnections = TCP_CONNECTIONS_MAX;
  }

  static async open(responder: DnsResponder, listen: DnsListen): Promise<DnsServer> {
    const udp = dgram.createSocket('udp4');
    const tcp = createServer();
    if ('udp' in listen) {
      // With a descriptor dgram says "listening" before bind() returns.
      const listening = Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
      udp.bind({ fd: listen.udp });
      tcp.listen({ fd: listen.tcp });
      await listening;
    } else {
      await bindBoth(udp, tcp, listen);
    }
    return new DnsServer(responder, udp, tcp);
  }

  /** Of both sockets. */
  get port(): number {
    return this.udp.address().port;
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    this.udp.close();
    this.tcp.close();
    await once(this.tcp, 'close');
  }

  private onDatagram(message: Buffer, from: dgram.RemoteInfo): void {
    void this.answer(message, 'udp').then((answer) => {
      if (answer) this.udp.send(answer, from.port, from.address, () => {});
    });
  }

  private onConnection(socket: Socket): void {
    this.connections.add(socket);
    socket.once('close', () => this.connections.delete(socket));
    socket.on('error', () => {});
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = this.takeQueries(socket, Buffer.concat([received, chunk]));
    });
  }

  /** RFC 1035 §4.2.2: each message after its length. @returns what is left */
  private takeQueries(socket: Socket, received: Buffer): Buffer {
    let rest = received;
    while (rest.length >= LENGTH_BYTES) {
      const length = rest.readUInt16BE(0);
      if (length > TCP_QUERY_BYTES_MAX) {
        socket.destroy();
        return Buffer.alloc(0);
      }
      if (rest.length < LENGTH_BYTES + length) break;
      const query = rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
      rest = rest.subarray(LENGTH_BYTES + length);
      void this.answer(query, 'tcp').then((answer) => answer && sendMessage(socket, answer));
    }
    return rest;
  }

  private async answer(query: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    if (this.inFlight >= QUERIES_IN_FLIGHT_MAX) return undefined;
    this.inFlight++;
    try {
      return await this.responder.answer(query, transport);
    } finally {
      this.inFlight--;
    }
  }
}

function sendMessage(socket: Socket, message: Buffer): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(message.length);
  if (socket.writable) socket.write(Buffer.concat([length, message]));
}
