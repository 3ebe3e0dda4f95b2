import type { OnReadOpts, Socket } from 'node:net';
import { formatAddress } from '../network.js';
import type { Transport, TransportListener } from './transport.js';

/**
 * Content up to this size is joined to the text before it, so that head and body go out in one system call; above it the
 * copy costs more than a vector write.
 */
const JOINED_BYTES_MAX = 8 * 1024;

/** Bytes of one read. All sockets that read so share one buffer: what must live longer is copied. */
const READ_BYTES = 64 * 1024;
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** A TCP or TLS socket as a transport. */
export class SocketTransport implements Transport {
  listener: TransportListener = DEAF;
  private socket!: Socket;
  private text = '';
  private paused = false;
  private closed = false;
  private address = '';

  /** Of a socket that exists: its bytes come as `data` events. */
  static of(socket: Socket): SocketTransport {
    const transport = new SocketTransport();
    transport.attach(socket);
    socket.on('data', (chunk: Buffer) => transport.listener.onData(chunk, 0, chunk.length));
    return transport;
  }

  /** Of a socket that is made to read into the shared buffer. */
  static open(make: (onread: OnReadOpts) => Socket): { transport: SocketTransport; socket: Socket } {
    const transport = new SocketTransport();
    const socket = make({
      buffer: READ_BUFFER,
      callback: (count) => {
        transport.listener.onData(READ_BUFFER, 0, count);
        return true;
      },
    });
    transport.attach(socket);
    return { transport, socket };
  }

  pushText(text: string): void {
    this.text += text;
  }

  pushBytes(buf: Uint8Array, start: number, end: number): void {
    if (end - start <= JOINED_BYTES_MAX) {
      this.text += Buffer.prototype.latin1Slice.call(buf, start, end);
      if (this.text.length > JOINED_BYTES_MAX * 2) this.flush();
      return;
    }
    this.socket.cork();
    this.flush();
    this.socket.write(Buffer.from(buf.subarray(start, end)));
    this.socket.uncork();
  }

  flush(): void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    this.socket.write(text, 'latin1');
  }

  get full(): boolean {
    return this.socket.writableNeedDrain;
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

  private attach(socket: Socket): void {
    this.socket = socket;
    const onClosed = (): void => {
      if (this.closed) return;
      this.closed = true;
      this.listener.onClosed();
    };
    socket.on('drain', () => this.listener.onDrain());
    socket.on('end', () => this.listener.onEnd());
    socket.on('error', onClosed);
    socket.on('close', onClosed);
  }
}

const DEAF: TransportListener = { onData() {}, onDrain() {}, onEnd() {}, onClosed() {} };
