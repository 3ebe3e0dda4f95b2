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
import type { ConnectionPool } from './connection-pool.js';

/** Why a connection ended under a request. */
export type ResetReason = 'remote_close' | 'remote_reset' | 'protocol_error';

/** One request's use of an upstream connection: what the connection tells it. Nothing comes after onEnd or onReset. */
export interface Exchange {
  /** 100 and 102 to 199. */
  onInformational(response: ResponseParser): void;
  /** @param end there is no body */
  onHead(response: ResponseParser, end: boolean): void;
  /** Valid during the call only. */
  onBody(buf: Uint8Array, start: number, end: number): void;
  onEnd(trailers: HeaderMap | undefined): void;
  onReset(reason: ResetReason): void;
  /** All of one read was told: the moment to write. */
  onReadEnd(): void;
  /** The request's bytes found room again. */
  onDrain(): void;
}

/** Bytes of one read from an upstream. All connections share one buffer: what must live longer is copied. */
const READ_BYTES = 64 * 1024;
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** An HTTP/1.1 connection to an endpoint; one request at a time. */
export class UpstreamConnection implements BodySink {
  readonly out: Outbox;
  exchange: Exchange | undefined;
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

  static onread(connection: () => UpstreamConnection | undefined): OnReadOpts {
    return {
      buffer: READ_BUFFER,
      callback: (count) => {
        connection()?.onData(READ_BUFFER, 0, count);
        return true;
      },
    };
  }

  constructor(
    readonly pool: ConnectionPool,
    readonly socket: Socket,
    keepSpelling: boolean,
    now_ms: number,
  ) {
    this.opened_ms = now_ms;
    this.out = new Outbox(socket);
    this.response = new ResponseParser({ keepSpelling });
    socket.on('drain', () => this.exchange?.onDrain());
    socket.on('end', () => this.onRemoteEnd());
    socket.on('error', () => this.lost('remote_reset'));
    socket.on('close', () => this.lost('remote_reset'));
  }

  /** Takes the connection for one request; the caller then writes its head to {@link out}. */
  begin(exchange: Exchange, method: string, upgrading: boolean): void {
    this.exchange = exchange;
    this.served++;
    this.headDone = false;
    this.isHead = method === 'HEAD';
    this.upgrading = upgrading;
    this.requestDone = false;
  }

  /** The request was written to its end. */
  endRequest(): void {
    this.requestDone = true;
  }

  /** Gives up the request under way, and so the connection. */
  abort(): void {
    this.exchange = undefined;
    this.destroy(true);
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
