import type { OnReadOpts, Socket } from 'node:net';
import type { EventClock } from '../../base/event-clock.js';
import { latin1 } from '../../wire/http1/index.js';
import { formatAddress } from '../network.js';
import type { TlsInfo } from '../tls/tls-info.js';
import { descriptorOf, writeNow } from './direct-write.js';
import { READ_BUFFER, readShared } from './shared-read.js';
import { DEAF, endByFault, JOINED_BYTES_MAX, type Transport, type TransportListener } from './transport.js';

/** A TCP or TLS socket as a transport. */
export class SocketTransport implements Transport {
  listener: TransportListener = DEAF;
  sent: { value: number } = { value: 0 };
  tls: TlsInfo | undefined;
  private socket!: Socket;
  private text = '';
  private paused = false;
  private closed = false;
  /** Writes of which the kernel took less than it was given, and whose rest it has not taken yet. */
  private stalls = 0;
  private address = '';

  private constructor(private readonly clock: EventClock) {}

  /** Of a socket that exists. */
  static of(socket: Socket, clock: EventClock, tls?: TlsInfo): SocketTransport {
    const transport = new SocketTransport(clock);
    transport.tls = tls;
    transport.attach(socket);
    readShared(socket, (count) => transport.read(READ_BUFFER, count));
    // all of its bytes, or those that Node had read before
    socket.on('data', (chunk: Buffer) => transport.read(chunk, chunk.length));
    return transport;
  }

  /** Of a socket that is made to read into the shared buffer. */
  static open(clock: EventClock, make: (onread: OnReadOpts) => Socket): { transport: SocketTransport; socket: Socket } {
    const transport = new SocketTransport(clock);
    const socket = make({
      buffer: READ_BUFFER,
      callback: (count) => {
        transport.read(READ_BUFFER, count);
        return true;
      },
    });
    transport.attach(socket);
    return { transport, socket };
  }

  pushText(text: string): void {
    this.sent.value += text.length;
    this.text += text;
  }

  pushBytes(buf: Uint8Array, start: number, end: number): void {
    this.sent.value += end - start;
    if (end - start <= JOINED_BYTES_MAX) {
      this.text += latin1(buf, start, end);
      if (this.text.length > JOINED_BYTES_MAX * 2) this.flush();
      return;
    }
    const fd = descriptorOf(this.socket);
    const taken = fd < 0 ? 0 : this.writeDirectly(fd, buf, start, end);
    if (taken === end - start) return;
    if (fd >= 0) this.stalls++;
    this.socket.cork();
    this.flush();
    const rest = Buffer.from(buf.subarray(start + taken, end));
    if (fd < 0) this.socket.write(rest);
    else this.socket.write(rest, () => this.onWritten());
    this.socket.uncork();
  }

  flush(): void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    this.socket.write(text, 'latin1');
  }

  get full(): boolean {
    return this.stalls > 0 || this.socket.writableNeedDrain;
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  /** A listener filter leaves the socket paused. */
  start(): void {
    if (!this.paused && this.socket.isPaused()) this.socket.resume();
  }

  end(): void {
    this.flush();
    this.socket.end();
  }

  endAndDestroy(): void {
    this.flush();
    this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }

  get ended(): boolean {
    return this.socket.writableEnded;
  }

  get peerEnded(): boolean {
    return this.socket.readableEnded;
  }

  get localAddress(): string {
    if (this.address === '' && this.socket.localAddress !== undefined)
      this.address = formatAddress(this.socket.localAddress, this.socket.localPort ?? 0);
    return this.address;
  }

  private read(buf: Buffer, count: number): void {
    this.clock.enter();
    try {
      this.listener.onData(buf, 0, count);
    } catch (error) {
      this.onFault(error);
    } finally {
      this.clock.leave();
    }
  }

  /** @returns how many of the bytes the kernel took, with all the text before them */
  private writeDirectly(fd: number, buf: Uint8Array, start: number, end: number): number {
    if (this.socket.writableLength > 0 || this.socket.writableEnded) return 0;
    const head = this.text === '' ? undefined : Buffer.from(this.text, 'latin1');
    const headBytes = head?.length ?? 0;
    const taken = writeNow(fd, head, buf, start, end);
    this.text = this.text.slice(taken);
    return Math.max(0, taken - headBytes);
  }

  /** What the kernel had no room for is written. */
  private onWritten(): void {
    this.stalls--;
    // else `drain` follows
    if (this.stalls === 0 && !this.socket.writableNeedDrain) this.tell(() => this.listener.onDrain());
  }

  private tell(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.onFault(error);
    }
  }

  private onFault(error: unknown): void {
    this.closed = true;
    this.socket.destroy();
    endByFault(this.listener, error);
  }

  private attach(socket: Socket): void {
    this.socket = socket;
    const onClosed = (): void => {
      if (this.closed) return;
      this.closed = true;
      this.tell(() => this.listener.onClosed());
    };
    socket.on('drain', () => {
      if (this.stalls === 0) this.tell(() => this.listener.onDrain());
    });
    socket.on('end', () => this.tell(() => this.listener.onEnd()));
    socket.on('error', onClosed);
    socket.on('close', onClosed);
  }
}
