import { WheelTimer } from '../../base/timer-wheel.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import { ERROR } from '../../wire/http2/index.js';
import type { ChoiceContext } from '../cluster/cluster.js';
import type { DownstreamCodec } from '../http/downstream-codec.js';
import { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { HeaderBlock } from './header-block.js';
import { prepareHttp2Request } from './http2-request.js';
import type { Http2ServerConnection } from './http2-server-connection.js';
import type { Http2Session } from './http2-session.js';
import { Http2Stream } from './http2-stream.js';

/** One request of a client's HTTP/2 connection, as the codec of its stream. */
export class Http2ServerStream extends Http2Stream implements DownstreamCodec {
  readonly http2 = true;
  private readonly stream: HttpStream;
  private bodiless = false;
  private flushTimer: WheelTimer | undefined;

  constructor(
    session: Http2Session,
    id: number,
    private readonly connection: Http2ServerConnection,
  ) {
    super(session, id);
    this.stream = new HttpStream(this, connection.manager);
    this.stream.protocol = 'HTTP/2';
    this.meter = this.stream.downstreamBytes;
  }

  get info(): ConnectionInfo {
    return this.connection.info;
  }

  get choice(): ChoiceContext {
    return this.connection.choice;
  }

  get filterChainName(): string {
    return this.connection.filterChainName;
  }

  /** As Envoy: a stream's window holds what its buffers do. */
  get bufferLimit_bytes(): number {
    return this.session.options.streamWindow_bytes;
  }

  // What the session tells

  onHeaders(block: HeaderBlock, end: boolean): void {
    const { stream } = this;
    if (!this.headed) this.connection.manager.onStreamStart(stream);
    this.headed = true;
    if (block.fault !== undefined) {
      this.refuse(block);
      return;
    }
    this.expectLength(block.headers);
    if (end) {
      if (!this.endRemote()) return;
      stream.requestDone = true;
    }
    if (prepareHttp2Request(stream, block)) stream.start();
  }

  /** The head is not complete, and will be ignored when it is. */
  onHeadTimeout(): void {
    this.connection.manager.onStreamStart(this.stream);
    this.headed = true;
    this.stream.localReply(408, 'request header timeout', 0, 'request_header_timeout');
  }

  onBody(buf: Buffer, start: number, end: number): void {
    this.stream.onBody(buf, start, end);
  }

  onRemoteEnd(trailers: HeaderMap | undefined): void {
    if (!this.stream.done) this.stream.onRequestEnd(trailers);
  }

  onReset(code: number | undefined): void {
    if (code === undefined) this.stream.onDisconnect();
    else this.stream.onDisconnect('http2.remote_reset', FLAG.downstreamReset);
  }

  onFault(): void {
    this.connection.manager.stats.counters.downstream_rq_tx_reset.value++;
    this.stream.onDisconnect('http2.remote_reset', FLAG.downstreamProtocolError);
  }

  onWritable(): void {
    this.stream.onDrain();
  }

  onReadEnd(): void {
    this.stream.onReadEnd();
  }

  // As a codec

  pauseReading(): void {
    this.hold();
  }

  resumeReading(): void {
    this.release();
  }

  writeInformational(status: number, headers: HeaderMap): void {
    if (this.closed) return;
    this.sendHeaders(this.encodeHead(status, headers), false);
    this.session.flush();
  }

  writeHead(stream: HttpStream, status: number, headers: HeaderMap, end: boolean): void {
    if (this.closed) return;
    if (this.connection.manager.draining) this.connection.drain();
    // RFC 8441 §4: what HTTP/1 says with 101 is 200 here
    const code = status === 101 ? 200 : status;
    if (status === 101) for (const name of UPGRADE_FIELDS) headers.delete(name);
    this.bodiless = stream.method === 'HEAD' || status === 204 || status === 304;
    this.sendHeaders(this.encodeHead(code, headers), end);
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    if (!this.bodiless) this.sendBody(buf, start, end);
  }

  writeText(text: string): void {
    if (!this.bodiless) this.sendWhole(Buffer.from(text, 'latin1'));
  }

  writeEnd(trailers: HeaderMap | undefined): void {
    this.sendEnd(trailers);
  }

  flush(): void {
    this.session.flush();
  }

  onStreamFinished(): void {
    // RFC 9113 §8.1: the answer is there, what is left of the request is of no use
    if (!this.remoteEnded) this.resetWhenSent(ERROR.none);
    this.session.flush();
    if (!this.localEnded && !this.closed) this.startFlush();
  }

  override close(): void {
    if (this.flushTimer !== undefined) this.connection.manager.context.wheel.cancel(this.flushTimer);
    super.close();
  }

  resetStream(): void {
    this.connection.manager.stats.counters.downstream_rq_tx_reset.value++;
    // RFC 9113 §8.5
    this.reset(this.stream.method === 'CONNECT' ? ERROR.connect : ERROR.internal);
    this.session.flush();
  }

  closeAfterAnswer(): void {}

  /** The answer is complete but for bytes that the client's window does not take: it has as long as a stream may be idle. */
  private startFlush(): void {
    const limit_ms = this.stream.idleLimit_ms;
    if (limit_ms <= 0) return;
    this.flushTimer = new WheelTimer(() => {
      this.session.stats.counters.tx_flush_timeout.value++;
      this.reset(ERROR.internal);
      this.session.flush();
    });
    this.connection.manager.context.wheel.arm(this.flushTimer, limit_ms);
  }

  /** What Envoy does with a head that breaks the rules, or a limit. */
  private refuse({ fault }: HeaderBlock): void {
    const { stream, session } = this;
    if (fault === 'too_large' || fault === 'too_many') {
      session.stats.counters.header_overflow.value++;
      const details = fault === 'too_many' ? 'http2.too_many_headers' : 'http2.header_list_size_too_large';
      this.reset(ERROR.internal);
      stream.onDisconnect(details, FLAG.downstreamReset);
      return;
    }
    session.stats.counters.rx_messaging_error.value++;
    const details = fault === 'rule' ? 'http2.violation.of.messaging.rule' : 'http2.invalid.header.field';
    stream.details = details;
    if (session.options.streamErrorOnInvalid) this.reset(ERROR.protocol);
    stream.onDisconnect(details, FLAG.downstreamProtocolError);
    if (!session.options.streamErrorOnInvalid) session.fail(undefined);
  }

  private encodeHead(status: number, headers: HeaderMap): string {
    const { encoder } = this.session;
    return this.session.encode(headers, encoder.begin() + encoder.field(':status', String(status)));
  }
}

const UPGRADE_FIELDS = ['upgrade', 'connection', 'sec-websocket-accept'];
