import {
  BodyDecoder,
  type BodySink,
  type HeaderMap,
  INCOMPLETE,
  INVALID,
  ResponseParser,
} from '../../wire/http1/index.js';
import { ByteMeter } from '../http/byte-meter.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { Transport, TransportListener } from '../transport/transport.js';
import type { ConnectionPool } from './connection-pool.js';
import type { ConnectionSettings } from './connection-settings.js';
import { Http1RequestWriter } from './http1-request-writer.js';
import { PooledConnection } from './pooled-connection.js';
import type { Exchange, ResetReason, UpstreamStream } from './upstream-stream.js';

/** An HTTP/1.1 connection to an endpoint, and the one stream that it can have at a time. */
export class Http1Connection extends PooledConnection implements BodySink, UpstreamStream, TransportListener {
  readonly streamsMax = 1;
  private readonly writer: Http1RequestWriter;
  private readonly response: ResponseParser;
  private readonly body = new BodyDecoder();
  private exchange: Exchange | undefined;
  private headDone = false;
  private isHead = false;
  private upgrading = false;
  private requestDone = false;
  private tunnelling = false;
  /** What the client said before the tunnel is open: an upstream that refuses it would take the bytes for a request. */
  private early: Buffer[] | undefined;
  private readonly trailersWanted: boolean;
  private stash: Buffer | undefined;

  constructor(pool: ConnectionPool, transport: Transport, { http1 }: ConnectionSettings, now_ms: number) {
    super(pool, transport, now_ms);
    this.writer = new Http1RequestWriter(transport, http1.headerCase === 'proper');
    this.response = new ResponseParser({ keepSpelling: http1.headerCase === 'preserve' });
    this.trailersWanted = http1.enableTrailers;
    transport.listener = this;
  }

  // As a connection of its pool

  open(): UpstreamStream {
    this.writer.meter = new ByteMeter();
    return this;
  }

  drain(): void {
    this.closing = true;
  }

  shutDown(): void {
    const { exchange } = this;
    this.abort();
    exchange?.onReset('remote_close');
  }

  // As the stream under way

  begin(exchange: Exchange, head: RequestHeaders, end: boolean, upgrade: string): void {
    this.exchange = exchange;
    this.headDone = false;
    this.isHead = head.method === 'HEAD';
    this.upgrading = upgrade !== '';
    this.tunnelling = upgrade === 'connect';
    this.requestDone = false;
    this.early = this.upgrading ? [] : undefined;
    this.writer.head(head, end, upgrade);
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    if (this.early === undefined) this.writer.body(buf, start, end);
    else this.early.push(Buffer.from(buf.subarray(start, end)));
  }

  end(trailers: HeaderMap | undefined): void {
    this.writer.end(this.trailersWanted ? trailers : undefined);
    this.requestDone = true;
    if (this.upgrading && this.early === undefined) this.transport.end();
  }

  get meter(): ByteMeter {
    return this.writer.meter;
  }

  flush(): void {
    this.transport.flush();
  }

  get full(): boolean {
    return this.transport.full || (this.early !== undefined && this.early.length > 0);
  }

  pause(): void {
    this.transport.pause();
  }

  resume(): void {
    this.transport.resume();
  }

  get connectionId(): number {
    return this.id;
  }

  readonly protocol = 'HTTP/1.1';

  get tls(): TlsInfo | undefined {
    return this.transport.tls;
  }

  get localAddress(): string {
    return this.transport.localAddress;
  }

  abort(): void {
    this.exchange = undefined;
    this.destroy(true);
  }

  // What the transport tells

  onData(buf: Buffer, start: number, end: number): void {
    if (this.closed) return;
    this.pool.stats.counters.upstream_cx_rx_bytes_total.value += end - start;
    const { exchange } = this;
    if (this.stash === undefined) {
      this.consume(buf, start, end);
    } else {
      const joined = Buffer.concat([this.stash, buf.subarray(start, end)]);
      this.stash = undefined;
      this.consume(joined, 0, joined.length);
    }
    exchange?.onReadEnd();
  }

  onDrain(): void {
    this.exchange?.onDrain();
  }

  onEnd(): void {
    this.body.close();
    const { exchange, headDone } = this;
    const tunnels = this.upgrading && !this.requestDone;
    if (exchange !== undefined && headDone && this.body.done && !tunnels) {
      this.complete(false);
      exchange.onReadEnd();
      return;
    }
    // What is cut off is no HTTP.
    const cutOff = exchange !== undefined && (headDone ? !tunnels : this.stash !== undefined);
    if (cutOff) this.pool.stats.counters.upstream_cx_protocol_error.value++;
    this.lost(cutOff ? 'protocol_error' : 'remote_close');
  }

  onClosed(fault?: unknown): void {
    if (fault !== undefined) this.pool.onFault(fault);
    this.lost('remote_reset');
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.exchange?.onBody(buf, start, end);
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
        this.meter.received += next - pos;
        this.meter.headerReceived += this.response.headers.parsedBytes;
        pos = next;
        this.onHead(pos < end);
      } else {
        const next = this.body.decode(buf, pos, end, this);
        if (next === INVALID) {
          this.protocolError();
          return;
        }
        this.meter.received += next - pos;
        pos = next;
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
    // RFC 9110 §8.6: 204 has no length
    if ((status === 101 && !this.upgrading) || (status === 204 && this.response.contentLength > 0)) {
      this.protocolError();
      return;
    }
    this.headDone = true;
    this.beginBody(status);
    const end = this.body.done;
    this.exchange?.onHead(this.response, end);
    if (this.early !== undefined) this.onTunnelAnswer(status);
    if (end && this.headDone) this.complete(more);
  }

  private opens(status: number): boolean {
    return status === 101 || (this.tunnelling && status < 300);
  }

  private onTunnelAnswer(status: number): void {
    const early = this.early!;
    this.early = undefined;
    if (this.exchange === undefined || !this.opens(status)) return;
    for (const chunk of early) this.writer.body(chunk, 0, chunk.length);
    this.flush();
    if (this.requestDone) this.transport.end();
    else if (early.length > 0 && !this.full) this.exchange.onDrain();
  }

  /** RFC 9112 §6.3. */
  private beginBody(status: number): void {
    if (this.opens(status)) this.body.begin('close');
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
    this.pool.onStreamEnd(this);
    exchange.onEnd(this.trailersWanted ? this.body.trailers : undefined);
  }

  private protocolError(): void {
    this.pool.stats.counters.upstream_cx_protocol_error.value++;
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(true);
    exchange?.onReset('protocol_error');
  }

  private lost(reason: ResetReason): void {
    if (this.closed) return;
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(false);
    exchange?.onReset(reason);
  }
}
