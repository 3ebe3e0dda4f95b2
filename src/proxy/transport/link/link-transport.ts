import type { EventClock } from '../../../base/event-clock.js';
import { latin1 } from '../../../wire/http1/index.js';
import { formatAddress } from '../../network.js';
import { DEAF, endByFault, JOINED_BYTES_MAX, type Transport, type TransportListener } from '../transport.js';
import type { PipeReader, PipeWriter } from './link-pipe.js';
import type { LinkSocket } from './link-socket.js';

/** An end of a connection within the process as a transport: no system call, and no stream. */
export class LinkTransport implements Transport, PipeReader, PipeWriter {
  listener: TransportListener = DEAF;
  sent: { value: number } = { value: 0 };
  ended = false;
  peerEnded = false;
  readonly localAddress: string;
  private text = '';
  private paused = false;
  private closed = false;
  private closing = false;

  constructor(
    private readonly socket: LinkSocket,
    private readonly clock: EventClock,
  ) {
    this.localAddress = formatAddress(socket.localAddress, socket.localPort);
    const early = socket.read() as Buffer | null;
    socket.inbound.reader = this;
    socket.outbound.writer = this;
    socket.on('error', () => {});
    socket.on('close', () => this.onSocketClosed());
    if (early !== null) socket.inbound.unread(early);
    this.start();
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
    this.flush();
    this.socket.outbound.write(Buffer.from(buf.subarray(start, end)));
  }

  flush(): void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    this.socket.outbound.write(text);
  }

  get full(): boolean {
    return this.socket.outbound.isFull;
  }

  pause(): void {
    this.paused = true;
    this.socket.inbound.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.inbound.resume();
  }

  start(): void {
    if (!this.paused) this.socket.inbound.resume();
  }

  end(): void {
    if (this.ended) return;
    this.flush();
    this.ended = true;
    this.socket.outbound.end();
    if (this.peerEnded) this.destroy();
  }

  endAndDestroy(): void {
    this.closing = true;
    this.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  // Of the pipes

  onData(buf: Buffer, start: number, end: number): void {
    if (this.closed) return;
    this.clock.enter();
    try {
      this.listener.onData(buf, start, end);
    } catch (error) {
      this.onFault(error);
    } finally {
      this.clock.leave();
    }
  }

  onEnd(): void {
    this.peerEnded = true;
    this.tell(() => this.listener.onEnd());
    if (this.ended) this.destroy();
  }

  onRoom(): void {
    this.tell(() => this.listener.onDrain());
  }

  onDelivered(): void {
    if (this.closing) this.destroy();
  }

  onBroken(): void {
    this.socket.onBroken();
  }

  private onSocketClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.tell(() => this.listener.onClosed());
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
}
