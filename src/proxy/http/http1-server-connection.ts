import {
  BodyDecoder,
  type BodySink,
  type HeaderMap,
  INCOMPLETE,
  INVALID,
  RequestParser,
  reasonOf,
} from '../../wire/http1/index.js';
import type { ChoiceContext } from '../cluster/cluster.js';
import type { Transport, TransportListener } from '../transport/transport.js';
import type { ConnectionManager } from './connection-manager.js';
import { ConnectionTimers, type TimedConnection } from './connection-timers.js';
import type { DownstreamCodec, ServerConnection } from './downstream-codec.js';
import { HttpStream } from './http-stream.js';
import { faultDetails } from './http1-faults.js';
import { prepareHttp1Request } from './http1-request.js';
import { Http1ResponseWriter } from './http1-response-writer.js';
import { beginsAsHttp2 } from './http2-preface.js';
import { FLAG } from './response-flags.js';
import type { ConnectionInfo } from './stream-info.js';

/** A client's HTTP/1.1 connection: one request after another. */
export class Http1ServerConnection
  implements DownstreamCodec, ServerConnection, BodySink, TimedConnection, TransportListener
{
  readonly http2 = false;
  readonly choice: ChoiceContext;
  private readonly writer: Http1ResponseWriter;
  private readonly request: RequestParser;
  private readonly body = new BodyDecoder();
  private readonly timers: ConnectionTimers;
  private stream: HttpStream | undefined;
  private closed = false;
  /** The connection ends after this answer. */
  private closing = false;
  private stash: Buffer | undefined;
  private processing = false;
  private paused = false;
  private served = 0;

  constructor(
    private readonly manager: ConnectionManager,
    private readonly transport: Transport,
    readonly info: ConnectionInfo,
    readonly filterChainName: string,
  ) {
    this.writer = new Http1ResponseWriter(transport, manager.options.http1.headerCase === 'proper');
    transport.sent = manager.stats.counters.downstream_cx_tx_bytes_total;
    this.choice = { destination: info.restored ? { address: info.localAddress, port: info.localPort } : undefined };
    const { head_bytes_max, field_count_max, http1 } = manager.options;
    this.request = new RequestParser({
      limits: { head_bytes_max, field_count_max },
      keepSpelling: http1.headerCase === 'preserve',
      customMethods: http1.allowCustomMethods,
      chunkedLength: http1.allowChunkedLength,
    });
    this.timers = new ConnectionTimers(manager, this);
    transport.listener = this;
    this.timers.startIdle();
  }

  // As the codec of the stream under way

  get bufferLimit_bytes(): number {
    return this.manager.options.bufferLimit_bytes;
  }

  get full(): boolean {
    return this.transport.full;
  }

  pauseReading(): void {
    this.paused = true;
    this.transport.pause();
  }

  resumeReading(): void {
    if (!this.paused || this.closed) return;
    // the next request's bytes wait for the answer of the one under way
    if (this.stash !== undefined && this.stream !== undefined) return;
    this.paused = false;
    this.transport.resume();
  }

  writeInformational(status: number, headers: HeaderMap): void {
    if (this.request.minor === 0) return; // RFC 9110 §15.2
    this.writer.informational(status, headers);
    this.transport.flush();
  }

  writeHead(stream: HttpStream, status: number, headers: HeaderMap, end: boolean): void {
    const { keepAlive } = this.request;
    const minor = stream.protocol === 'HTTP/1.0' ? 0 : 1;
    if (!keepAlive || this.manager.draining || (!stream.requestDone && !opensTunnel(stream, status)))
      this.closing = true;
    if (this.writer.head(status, headers, minor, stream.method, end, this.closing)) this.closing = true;
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    this.writer.body(buf, start, end);
  }

  writeText(text: string): void {
    this.writer.text(text);
  }

  writeEnd(trailers: HeaderMap | undefined): void {
    this.writer.end(this.manager.options.http1.enableTrailers ? trailers : undefined);
  }

  flush(): void {
    this.transport.flush();
  }

  /** The answer is complete: the next request, or the end. */
  onStreamFinished(stream: HttpStream): void {
    this.transport.flush();
    this.stream = undefined;
    this.served++;
    if (!stream.requestDone) this.closing = true;
    if (this.closing) {
      this.close();
      return;
    }
    this.timers.startIdle();
    if (this.stash !== undefined && !this.processing) setImmediate(() => this.takeStashAlone());
    else this.resumeReading();
  }

  /** What was written still goes out, as Envoy does it. */
  resetStream(): void {
    this.transport.endAndDestroy();
    this.onGone(true);
  }

  closeAfterAnswer(): void {
    this.closing = true;
  }

  // As a connection of its manager

  /** Asks for an end: at once when idle, else after the answer under way. */
  drain(): void {
    if (this.stream === undefined) this.close();
    else this.closing = true;
  }

  destroy(): void {
    this.transport.destroy();
    this.onGone(true);
  }

  // What the transport tells

  onData(buf: Buffer, start: number, end: number): void {
    if (this.closed || this.transport.ended) return;
    this.manager.stats.counters.downstream_cx_rx_bytes_total.value += end - start;
    if (this.stash === undefined) {
      this.process(buf, start, end);
      return;
    }
    const joined = Buffer.concat([this.stash, buf.subarray(start, end)]);
    this.stash = undefined;
    this.process(joined, 0, joined.length);
  }

  onDrain(): void {
    this.stream?.onDrain();
  }

  onEnd(): void {
    const { stream } = this;
    if (stream !== undefined && stream.upgrade !== '' && !stream.requestDone) {
      this.body.close();
      stream.onRequestEnd(undefined);
      stream.onReadEnd();
      return;
    }
    this.transport.destroy();
    this.onGone(false);
  }

  onClosed(fault?: unknown): void {
    if (fault !== undefined) this.manager.onFault(fault);
    this.onGone(fault !== undefined);
  }

  private onGone(local: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.timers.stop();
    const { stream } = this;
    this.stream = undefined;
    stream?.onDisconnect();
    this.manager.onConnectionEnd(this, local, stream !== undefined);
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.stream?.onBody(buf, start, end);
  }

  onIdle(): void {
    if (!this.transport.ended) this.manager.stats.counters.downstream_cx_idle_timeout.value++;
    this.destroy();
  }

  onHeadTimeout(): void {
    this.manager.stats.counters.downstream_rq_header_timeout.value++;
    this.answerUnparsed(408, 'request_header_timeout', 'request header timeout', 0);
  }

  onAged(): void {
    this.manager.stats.counters.downstream_cx_max_duration_reached.value++;
    this.drain();
  }

  /** Lets the client read the answer before the end: a reset could overtake it. */
  private close(): void {
    if (this.closed) return;
    this.transport.end();
    this.timers.stop();
    if (this.transport.peerEnded || this.manager.options.timeouts.delayedClose_ms <= 0)
      return void this.transport.endAndDestroy();
    this.stash = undefined;
    this.resumeReading();
    this.timers.startClose();
    this.closing = true;
  }

  /** In a turn of its own, so that no transport stands behind it. */
  private takeStashAlone(): void {
    try {
      this.takeStash();
    } catch (error) {
      this.transport.destroy();
      this.onClosed(error);
    }
  }

  private takeStash(): void {
    if (this.closed || this.stream !== undefined) return;
    const { stash } = this;
    this.stash = undefined;
    if (stash !== undefined) this.process(stash, 0, stash.length);
    // a request that waits for its answer keeps what is behind it waiting, too
    this.resumeReading();
  }

  private process(buf: Buffer, start: number, end: number): void {
    this.processing = true;
    try {
      this.consume(buf, start, end);
    } finally {
      this.processing = false;
    }
    this.stream?.onReadEnd();
  }

  private consume(buf: Buffer, start: number, end: number): void {
    let pos = start;
    while (pos < end && !this.closed && !this.transport.ended) {
      const { stream } = this;
      if (stream === undefined) {
        pos = this.consumeHead(buf, pos, end);
        if (pos < 0) return;
      } else if (!stream.requestDone) {
        const next = this.body.decode(buf, pos, end, this);
        if (next === INVALID) {
          this.badRequest(this.body.error!.code, 400);
          return;
        }
        stream.downstreamBytes.received += next - pos;
        pos = next;
        if (this.body.done && this.stream === stream) stream.onRequestEnd(this.allowedTrailers);
      } else {
        this.pauseReading();
        this.stash = Buffer.from(buf.subarray(pos, end));
        return;
      }
    }
  }

  private get allowedTrailers(): HeaderMap | undefined {
    return this.manager.options.http1.enableTrailers ? this.body.trailers : undefined;
  }

  private consumeHead(buf: Buffer, start: number, end: number): number {
    let pos = start;
    // RFC 9112 §2.2: an empty line before a request is to be ignored
    while (pos + 1 < end && buf[pos] === 13 && buf[pos + 1] === 10) pos += 2;
    if (this.served === 0 && this.isHttp2(buf, pos, end)) return INVALID;
    const next = this.request.parse(buf, pos, end);
    if (next === INCOMPLETE) {
      this.stash = Buffer.from(buf.subarray(pos, end));
      this.timers.startHead();
      return INCOMPLETE;
    }
    this.timers.stopHead();
    this.timers.stopIdle();
    if (next === INVALID) {
      this.badRequest(this.request.error!.code, this.request.error!.status);
      return INVALID;
    }
    this.beginStream(next - pos);
    return next;
  }

  /** RFC 9113 §3.3: a client that knows. @returns whether the connection is another's now */
  private isHttp2(buf: Buffer, start: number, end: number): boolean {
    if (this.manager.options.codec !== 'auto' || !beginsAsHttp2(buf, start, end)) return false;
    this.timers.stop();
    this.closed = true;
    this.manager.changeToHttp2(this, this.transport, Buffer.from(buf.subarray(start, end)));
    return true;
  }

  private beginStream(head_bytes: number): void {
    const { request, manager } = this;
    const stream = new HttpStream(this, manager);
    this.stream = stream;
    const meter = stream.downstreamBytes;
    this.writer.meter = meter;
    meter.received = head_bytes;
    meter.headerReceived = request.headers.parsedBytes;
    const { maxRequestsPerConnection } = manager.options;
    if (maxRequestsPerConnection > 0 && this.served + 1 >= maxRequestsPerConnection) {
      if (!this.closing) manager.stats.counters.downstream_cx_max_requests_reached.value++;
      this.closing = true;
    }
    if (isBodiless(request)) stream.requestDone = true;
    if (!prepareHttp1Request(stream, request)) return;
    if (stream.upgrade !== '') this.body.begin('close');
    else if (request.chunked) this.body.begin('chunked');
    else this.body.begin('length', Math.max(0, request.contentLength));
    if (request.expectContinue && !this.body.done && !manager.options.proxy100Continue) {
      stream.headers.delete('expect');
      this.transport.pushText('HTTP/1.1 100 Continue\r\n\r\n');
      this.transport.flush();
    }
    if (this.body.done) stream.requestDone = true;
    stream.start();
  }

  /** Bytes that are no HTTP: Envoy's answer, and the end. */
  private badRequest(code: string, status: number): void {
    this.manager.stats.counters.downstream_cx_protocol_error.value++;
    this.answerUnparsed(status, faultDetails(code));
  }

  private answerUnparsed(
    status: number,
    details: string,
    body = reasonOf(status),
    flag: number = FLAG.downstreamProtocolError,
  ): void {
    this.closing = true;
    const stream = this.stream ?? new HttpStream(this, this.manager);
    if (this.stream === undefined) {
      this.manager.onStreamStart(stream);
      this.stream = stream;
    }
    stream.protocol = 'HTTP/1.1';
    stream.localReply(status, body, flag, details);
  }
}

/** What follows such an answer is not HTTP, and the request goes on. */
function opensTunnel({ method, upgrade }: HttpStream, status: number): boolean {
  return upgrade !== '' && (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300));
}

/** Nothing stands behind the head. */
function isBodiless(request: RequestParser): boolean {
  return !request.chunked && request.contentLength <= 0 && !request.connectionUpgrade && request.method !== 'CONNECT';
}
