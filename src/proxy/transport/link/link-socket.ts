import { Duplex } from 'node:stream';
import type { SocketAddress } from '../../network.js';
import { LinkPipe, type PipeReader, type PipeWriter } from './link-pipe.js';
import type { LinkScheduler } from './link-scheduler.js';

/**
 * One end of a connection within the process. For what knows sockets only (listener filters, TLS, the TCP proxy) it is a stream
 * with a socket's fields; the codecs take its pipes, and leave the stream alone.
 */
export class LinkSocket extends Duplex implements PipeReader, PipeWriter {
  readonly remoteFamily = 'IPv4';
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  private peer!: LinkSocket;
  private resumeWriting: (() => void) | undefined;

  private constructor(
    readonly inbound: LinkPipe,
    readonly outbound: LinkPipe,
    local: SocketAddress,
    remote: SocketAddress,
    /** Of an accepted end that was captured: where the client wanted to go. */
    readonly destination: SocketAddress | undefined,
  ) {
    super({ allowHalfOpen: true });
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    inbound.reader = this;
    outbound.writer = this;
  }

  /** @param at the listener's own address, and where the client wanted to go when it was captured */
  static pair(
    scheduler: LinkScheduler,
    from: SocketAddress,
    to: SocketAddress,
    at: { readonly local: SocketAddress; readonly destination: SocketAddress | undefined },
  ): { readonly client: LinkSocket; readonly server: LinkSocket } {
    const forth = new LinkPipe(scheduler);
    const back = new LinkPipe(scheduler);
    const client = new LinkSocket(back, forth, from, to, undefined);
    const server = new LinkSocket(forth, back, at.local, from, at.destination);
    client.peer = server;
    server.peer = client;
    return { client, server };
  }

  // As a socket

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  override _read(): void {
    this.inbound.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.outbound.write(Buffer.from(chunk))) done();
    else this.resumeWriting = done;
  }

  override _final(done: () => void): void {
    this.outbound.end();
    done();
  }

  /** As TCP: who closes with bytes unread resets, and else just ends. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.inbound.close()) this.peer.onReset();
    else this.outbound.end();
    done(error);
  }

  // Of the pipes, until a transport takes them

  onData(buf: Buffer, start: number, end: number): void {
    if (!this.push(Buffer.from(buf.subarray(start, end)))) this.inbound.pause();
  }

  onEnd(): void {
    this.push(null);
    this.read(0);
  }

  onRoom(): void {
    const resume = this.resumeWriting;
    this.resumeWriting = undefined;
    resume?.();
  }

  onDelivered(): void {}

  onBroken(): void {
    queueMicrotask(() => this.destroy(socketError('EPIPE')));
  }

  private onReset(): void {
    this.outbound.close();
    queueMicrotask(() => this.destroy(socketError('ECONNRESET')));
  }
}

function socketError(code: string): Error {
  return Object.assign(new Error(`read ${code}`), { code });
}
