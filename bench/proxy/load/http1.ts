/** Asks over HTTP/1.1 on raw sockets, one request after another on each connection: `node http1.js ORDER`. */
import { connect, type Socket } from 'node:net';
import tls from 'node:tls';
import { HOST } from '../setup.js';
import type { LoadOrder } from './order.js';
import { Recorder } from './recorder.js';

const RECONNECT_MS = 10;
const READ_BYTES = 256 * 1024;

const order = JSON.parse(process.argv[2]!) as LoadOrder;
const recorder = new Recorder(order);
const readBuffer = Buffer.alloc(READ_BYTES);
const request = requestBytes();

function requestBytes(): Buffer {
  const headers = Object.entries(order.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (order.newConnections) headers.push('connection: close\r\n');
  if (order.method === 'POST') headers.push(`content-length: ${order.requestBytes}\r\n`);
  const head = `${order.method} / HTTP/1.1\r\nhost: ${HOST}\r\nuser-agent: trysail-bench\r\naccept: */*\r\n${headers.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(order.requestBytes, 'x')]);
}

/** One connection and what it waits for. */
class Asker {
  private began_ms = 0;
  private expected = -1;
  private have = 0;
  private ok = false;
  private answered = true;

  constructor() {
    this.open();
  }

  private open(): void {
    this.began_ms = performance.now();
    const socket = order.wire === 'tls' ? this.openTls() : this.openPlain();
    socket.on('error', () => {});
    socket.on('close', () => this.onClose());
  }

  private openPlain(): Socket {
    const onread = {
      buffer: readBuffer,
      callback: (count: number) => {
        this.take(socket, readBuffer, count);
        return true;
      },
    };
    const socket: Socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true, onread });
    socket.on('connect', () => this.send(socket));
    return socket;
  }

  private openTls(): Socket {
    const socket = tls.connect({ port: order.port, host: '127.0.0.1', servername: HOST, rejectUnauthorized: false });
    socket.setNoDelay(true);
    socket.on('secureConnect', () => this.send(socket));
    socket.on('data', (chunk) => this.take(socket, chunk, chunk.length));
    return socket;
  }

  private send(socket: Socket): void {
    if (recorder.stopping) return void socket.destroy();
    if (!order.newConnections) this.began_ms = performance.now();
    this.expected = -1;
    this.have = 0;
    this.answered = false;
    socket.write(request);
  }

  private take(socket: Socket, chunk: Buffer, count: number): void {
    this.have += count;
    if (this.expected === -1) {
      this.expected = totalLength(chunk, count);
      this.ok = chunk[9] === 50;
    }
    if (this.have < this.expected) return;
    this.answered = true;
    recorder.answered(performance.now() - this.began_ms, this.ok);
    if (order.newConnections) socket.destroy();
    else this.send(socket);
  }

  private onClose(): void {
    if (!this.answered) recorder.lost();
    if (recorder.stopping) return;
    if (order.newConnections && this.answered) this.open();
    else setTimeout(() => this.open(), RECONNECT_MS);
  }
}

function totalLength(chunk: Buffer, count: number): number {
  const end = chunk.subarray(0, count).indexOf('\r\n\r\n');
  const length = /content-length: *(\d+)/i.exec(chunk.toString('latin1', 0, end));
  return end + 4 + Number(length?.[1] ?? 0);
}

for (let i = 0; i < order.connections; i++) new Asker();
