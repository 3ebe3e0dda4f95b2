import type { OnReadOpts, Socket } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  BodyDecoder,
  type BodySink,
  type HeaderMap,
  INCOMPLETE,
  INVALID,
  ResponseParser,
} from '../../wire/http1/index.js';
import { Outbox } from '../http/outbox.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { formatAddress } from '../network.js';
import type { Http1Pool } from './http1-pool.js';
import { Http1RequestWriter } from './http1-request-writer.js';
import type { Exchange, ResetReason, UpstreamStream } from './upstream-stream.js';

/** Bytes of one read from an upstream. All connections share one buffer: what must live longer is copied. */
const READ_BYTES = 64 * 1024;
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** An HTTP/1.1 connection to an endpoint; one request at a time. */
export class Http1Connection implements BodySink, UpstreamStream {
  private readonly out: Outbox;
  private readonly writer: Http1RequestWriter;
  private exchange: Exchange | undefined;
  /** Requests that it has served. */
  served = 0;
  readonly idleTimer = new WheelTimer(() => this.pool.onIdleTimeout(this));
  readonly ageTimer = new WheelTimer(() => this.pool.onAged(this));
  /** Between the pool's handing it out and its coming back. */
  busy = false;
  /** Not to be used for another request. */
  closing = false;
  closed = false;
  readonly opened_ms: number;
  private readonly response: ResponseParser;
  private readonly body = new BodyDecoder();
  private headDone = false;
  private isHead = false;
  private upgrading = false;
  private requestDone = false;
  private stash: Buffer | undefined;
  private paused = false;
  private address = '';

  static onread(connection: () => Http1Connection | undefined): OnReadOpts {
    return {
      buffer: READ_BUFFER,
      callback: (count) => {
        connection()?.onData(READ_BUFFER, 0, count);
        return true;
      },
    };
  }

  constructor(
    private readonly pool: Http1Pool,
    private readonly socket: Socket,
    keepSpelling: boolean,
    now_ms: number,
  ) {
    this.opened_ms = now_ms;
    this.out = new Outbox(socket);
    this.writer = new Http1RequestWriter(this.out);
    this.response = new ResponseParser({ keepSpelling });
    socket.on('drain', () => this.exchange?.onDrain());
    socket.on('end', () => this.onRemoteEnd());
    socket.on('error', () => this.lost('remote_reset'));
    socket.on('close', () => this.lost('remote_reset'));
  }

  begin(exchange: Exchange, head: RequestHeaders, end: boolean, upgrade: string): void {
    this.exchange = exchange;
    this.served++;
    this.headDone = false;
    this.isHead = head.method === 'HEAD';
    this.upgrading = upgrade !== '';
    this.requestDone = false;
    this.writer.head(head, end, upgrade);
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    this.writer.body(buf, start, end);
  }

  end(trailers: HeaderMap | undefined): void {
    this.writer.end(trailers);
    this.requestDone = true;
    if (!this.upgrading) return;
    this.out.flush();
    this.socket.end();
  }

  flush(): void {
    this.out.flush();
  }

  get full(): boolean {
    return this.out.full;
  }

  get localAddress(): string {
    if (this.address === '') this.address = formatAddress(this.socket.localAddress ?? '', this.socket.localPort ?? 0);
    return this.address;
  }

  abort(): void {
    this.exchange = undefined;
    this.destroy(true);
  }

  /** Closes; a request under way is told so. */
  shutDown(): void {
    const { exchange } = this;
    this.abort();
    exchange?.onReset('remote_close');
  }

  /** Closes; a request under way is told nothing. */
  destroy(local: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.pool.onClosed(this, local);
    this.socket.destroy();
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

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.exchange?.onBody(buf, start, end);
  }

  private onData(chunk: Buffer, start: number, end: number): void {
    if (this.closed) return;
    this.pool.stats.counters.upstream_cx_rx_bytes_total.value += end - start;
    const { exchange } = this;
    if (this.stash === undefined) {
      this.consume(chunk, start, end);
    } else {
      const joined = Buffer.concat([this.stash, chunk.subarray(start, end)]);
      this.stash = undefined;
      this.consume(joined, 0, joined.length);
    }
    exchange?.onReadEnd();
  }

  private consume(buf: Buffer, start: number, end: number): void {
    let pos = start;
    while (pos < end && !this.closed) {
      if (this.exchange === undefined) {
        this.destroy(true); // bytes that nobody asked for
        return;
      }
      if (!this.headDone) {
        const next = this.response.parse(buf, pos, end);
        if (next === INCOMPLETE) {
          this.stash = Buffer.from(buf.subarray(pos, end));
          return;
        }
        if (next === INVALID) {
          this.protocolError();
          return;
        }
        pos = next;
        this.onHead(pos < end);
      } else {
        pos = this.body.decode(buf, pos, end, this);
        if (pos === INVALID) {
          this.protocolError();
          return;
        }
        if (this.body.done) this.complete(pos < end);
      }
    }
  }

  /** @param more bytes stand behind the head */
  private onHead(more: boolean): void {
    const { status } = this.response;
    if (status < 200 && status !== 101) {
      this.exchange?.onInformational(this.response);
      return;
    }
    if (status === 101 && !this.upgrading) {
      this.protocolError();
      return;
    }
    this.headDone = true;
    this.beginBody(status);
    const end = this.body.done;
    this.exchange?.onHead(this.response, end);
    if (end && this.headDone) this.complete(more);
  }

  /** RFC 9112 §6.3. */
  private beginBody(status: number): void {
    if (status === 101) this.body.begin('close');
    else if (this.isHead || status === 204 || status === 304) this.body.begin('none');
    else if (this.response.chunked) this.body.begin('chunked');
    else if (this.response.contentLength >= 0) this.body.begin('length', this.response.contentLength);
    else {
      this.closing = true;
      this.body.begin('close');
    }
  }

  /**
   * @param more bytes stand behind the answer: nobody asked for them, and the next request, which the pool may begin at once,
   * must not take them for its answer
   */
  private complete(more: boolean): void {
    const { exchange } = this;
    if (exchange === undefined) return;
    this.exchange = undefined;
    this.resume();
    if (more || !this.requestDone || !this.response.keepAlive || this.upgrading) this.closing = true;
    this.pool.onFree(this);
    exchange.onEnd(this.body.trailers);
  }

  private protocolError(): void {
    this.pool.stats.counters.upstream_cx_protocol_error.value++;
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(true);
    exchange?.onReset('protocol_error');
  }

  private onRemoteEnd(): void {
    this.body.close();
    if (this.exchange !== undefined && this.headDone && this.body.done) {
      const { exchange } = this;
      this.complete(false);
      exchange.onReadEnd();
      return;
    }
    this.lost('remote_close');
  }

  private lost(reason: ResetReason): void {
    if (this.closed) return;
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(false);
    exchange?.onReset(reason);
  }
}
