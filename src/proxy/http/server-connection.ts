import type { Socket } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  BodyDecoder,
  type BodySink,
  type HeaderMap,
  INCOMPLETE,
  INVALID,
  RequestParser,
  reasonOf,
  statusLine,
} from '../../wire/http1/index.js';
import type { ChoiceContext } from '../cluster/cluster.js';
import type { ConnectionManager } from './connection-manager.js';
import { HttpStream } from './http-stream.js';
import { Outbox } from './outbox.js';
import { prepareRequest } from './request-preparation.js';
import { FLAG } from './response-flags.js';
import { prepareResponse } from './response-preparation.js';
import type { ConnectionInfo } from './stream-info.js';

/** How the body of the answer under way is delimited. */
type Delimiting = 'none' | 'length' | 'chunked' | 'close';

/** A client's HTTP/1.1 connection: one request after another. */
export class ServerConnection implements BodySink {
  readonly out: Outbox;
  stream: HttpStream | undefined;
  readonly request: RequestParser;
  readonly choice: ChoiceContext;
  closed = false;
  /** The connection ends after this answer. */
  closing = false;
  private readonly body = new BodyDecoder();
  private delimiting: Delimiting = 'none';
  private stash: Buffer | undefined;
  private processing = false;
  private paused = false;
  private served = 0;
  private readonly idleTimer = new WheelTimer(() => this.onIdle());
  private readonly headTimer = new WheelTimer(() => this.onHeadTimeout());
  private readonly ageTimer = new WheelTimer(() => this.onAged());

  constructor(
    readonly manager: ConnectionManager,
    readonly socket: Socket,
    readonly info: ConnectionInfo,
    readonly filterChainName: string,
  ) {
    this.out = new Outbox(socket);
    this.choice = { destination: info.restored ? { address: info.localAddress, port: info.localPort } : undefined };
    this.request = new RequestParser(manager.parserOptions);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('drain', () => this.stream?.onDrain());
    socket.on('end', () => this.onEnd());
    socket.on('error', () => this.onClosed());
    socket.on('close', () => this.onClosed());
    this.armIdle();
    const { maxConnectionDuration_ms } = manager;
    if (maxConnectionDuration_ms > 0) manager.context.wheel.arm(this.ageTimer, maxConnectionDuration_ms);
  }

  /** Bytes that a listener filter had read already. */
  begin(initial: Buffer | undefined): void {
    if (initial !== undefined && initial.length > 0) this.onData(initial);
    // a listener filter leaves the socket paused
    if (!this.paused && this.socket.isPaused()) this.socket.resume();
  }

  pauseReading(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resumeReading(): void {
    if (!this.paused || this.closed) return;
    this.paused = false;
    this.socket.resume();
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.stream?.onBody(buf, start, end);
  }

  writeHead(stream: HttpStream, status: number, headers: HeaderMap, end: boolean): void {
    prepareResponse(stream, headers);
    let head = statusLine(status);
    this.delimiting = 'none';
    if (status === 101) {
      head += `${headers.serialize()}connection: upgrade\r\n\r\n`;
      this.delimiting = 'close';
      this.closing = true;
      this.out.pushText(head);
      return;
    }
    const bodiless = status === 204 || status === 304 || status < 200 || stream.method === 'HEAD';
    if (!this.request.keepAlive || this.manager.draining || (end && !stream.requestDone)) this.closing = true;
    // RFC 9110 §8.6: such an answer must not have one, whatever the upstream sent.
    if (status === 204 || status < 200) headers.delete('content-length');
    head += headers.serialize();
    if (stream.method === 'HEAD' && !headers.has('content-length') && this.request.minor === 1) {
      head += 'transfer-encoding: chunked\r\n'; // what GET would have
    } else if (!bodiless) {
      if (headers.has('content-length')) this.delimiting = 'length';
      else if (end) head += 'content-length: 0\r\n';
      else if (this.request.minor === 1) {
        this.delimiting = 'chunked';
        head += 'transfer-encoding: chunked\r\n';
      } else {
        this.delimiting = 'close';
        this.closing = true;
      }
    }
    if (this.closing) head += 'connection: close\r\n';
    else if (this.request.minor === 0) head += 'connection: keep-alive\r\n';
    this.out.pushText(`${head}\r\n`);
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    if (this.delimiting === 'none') return;
    if (this.delimiting !== 'chunked') {
      this.out.pushBytes(buf, start, end, false);
      return;
    }
    this.out.pushText(`${(end - start).toString(16)}\r\n`);
    this.out.pushBytes(buf, start, end, false);
    this.out.pushText('\r\n');
  }

  writeEnd(trailers: HeaderMap | undefined): void {
    if (this.delimiting !== 'chunked') return;
    this.out.pushText(
      trailers === undefined || !this.manager.enableTrailers ? '0\r\n\r\n' : `0\r\n${trailers.serialize()}\r\n`,
    );
  }

  /** The answer is complete: the next request, or the end. */
  onStreamFinished(stream: HttpStream): void {
    this.out.flush();
    this.stream = undefined;
    this.served++;
    if (!stream.requestDone) this.closing = true;
    if (this.closing) {
      this.close();
      return;
    }
    this.armIdle();
    if (this.stash !== undefined && !this.processing) setImmediate(() => this.takeStash());
    else this.resumeReading();
  }

  /** Asks for an end: at once when idle, else after the answer under way. */
  drain(): void {
    if (this.stream === undefined) this.close();
    else this.closing = true;
  }

  /** Ends at once. */
  destroy(): void {
    this.socket.destroy();
    this.onClosed();
  }

  /** Lets the client read the answer before the end: a reset could overtake it. */
  private close(): void {
    if (this.closed) return;
    this.socket.end();
    this.cancelTimers();
    const { delayedCloseTimeout_ms, context } = this.manager;
    if (this.socket.readableEnded || delayedCloseTimeout_ms <= 0) return void this.socket.destroySoon();
    this.resumeReading();
    context.wheel.arm(this.idleTimer, delayedCloseTimeout_ms);
    this.closing = true;
  }

  private takeStash(): void {
    if (this.closed || this.stream !== undefined) return;
    const { stash } = this;
    this.stash = undefined;
    if (stash !== undefined) this.process(stash);
    // a request that waits for its answer keeps what is behind it waiting, too
    if (this.stash === undefined || this.stream === undefined) this.resumeReading();
  }

  private onData(chunk: Buffer): void {
    if (this.closed || this.socket.writableEnded) return;
    this.manager.counters.rxBytes.value += chunk.length;
    const buf = this.stash === undefined ? chunk : Buffer.concat([this.stash, chunk]);
    this.stash = undefined;
    this.process(buf);
  }

  private process(buf: Buffer): void {
    this.processing = true;
    try {
      this.consume(buf);
    } finally {
      this.processing = false;
    }
    this.stream?.onReadEnd();
  }

  private consume(buf: Buffer): void {
    const end = buf.length;
    let pos = 0;
    while (pos < end && !this.closed && !this.socket.writableEnded) {
      const { stream } = this;
      if (stream === undefined) {
        pos = this.consumeHead(buf, pos);
        if (pos < 0) return;
      } else if (!stream.requestDone) {
        pos = this.body.decode(buf, pos, end, this);
        if (pos === INVALID) {
          this.badRequest(this.body.error!.code, 400);
          return;
        }
        if (this.body.done && this.stream === stream) stream.onRequestEnd();
      } else {
        this.stash = buf.subarray(pos);
        this.pauseReading();
        return;
      }
    }
  }

  private consumeHead(buf: Buffer, start: number): number {
    let pos = start;
    // RFC 9112 §2.2: an empty line before a request is to be ignored
    while (pos + 1 < buf.length && buf[pos] === 13 && buf[pos + 1] === 10) pos += 2;
    const next = this.request.parse(buf, pos, buf.length);
    if (next === INCOMPLETE) {
      this.stash = Buffer.from(buf.subarray(pos));
      this.armHead();
      return INCOMPLETE;
    }
    this.manager.context.wheel.cancel(this.headTimer);
    this.manager.context.wheel.cancel(this.idleTimer);
    if (next === INVALID) {
      this.badRequest(this.request.error!.code, this.request.error!.status);
      return INVALID;
    }
    this.beginStream();
    return next;
  }

  private beginStream(): void {
    const { request, manager } = this;
    const stream = new HttpStream(this, manager);
    this.stream = stream;
    if (manager.maxRequestsPerConnection > 0 && this.served + 1 >= manager.maxRequestsPerConnection)
      this.closing = true;
    if (!prepareRequest(stream, request)) return;
    if (stream.upgrade !== '') this.body.begin('close');
    else if (request.chunked) this.body.begin('chunked');
    else this.body.begin('length', Math.max(0, request.contentLength));
    if (request.expectContinue && !this.body.done) {
      stream.headers.delete('expect');
      this.out.pushText('HTTP/1.1 100 Continue\r\n\r\n');
      this.out.flush();
    }
    if (this.body.done) stream.requestDone = true;
    stream.start();
  }

  /** Bytes that are no HTTP: Envoy's answer, and the end. */
  private badRequest(code: string, status: number): void {
    this.manager.counters.protocolError.value++;
    this.closing = true;
    const stream = this.stream ?? new HttpStream(this, this.manager);
    if (this.stream === undefined) {
      this.manager.onStreamStart(stream);
      this.stream = stream;
    }
    stream.protocol = 'HTTP/1.1';
    const body = reasonOf(status);
    stream.localReply(status, body, FLAG.downstreamProtocolError, `http1.codec_error.${code.toLowerCase()}`);
  }

  private onEnd(): void {
    const { stream } = this;
    if (stream !== undefined && stream.upgrade !== '' && !stream.requestDone) {
      this.body.close();
      stream.onRequestEnd();
      stream.onReadEnd();
      return;
    }
    this.destroy();
  }

  private onClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.cancelTimers();
    const { stream } = this;
    this.stream = undefined;
    stream?.onDisconnect();
    this.manager.onConnectionEnd(this);
  }

  private cancelTimers(): void {
    const { wheel } = this.manager.context;
    wheel.cancel(this.idleTimer);
    wheel.cancel(this.headTimer);
    wheel.cancel(this.ageTimer);
  }

  private armIdle(): void {
    const { idleTimeout_ms, context } = this.manager;
    if (idleTimeout_ms > 0) context.wheel.arm(this.idleTimer, idleTimeout_ms);
  }

  private armHead(): void {
    const { requestHeadersTimeout_ms, context } = this.manager;
    if (requestHeadersTimeout_ms > 0 && !this.headTimer.armed)
      context.wheel.arm(this.headTimer, requestHeadersTimeout_ms);
  }

  private onIdle(): void {
    if (!this.socket.writableEnded) this.manager.counters.idleTimeout.value++;
    this.destroy();
  }

  private onHeadTimeout(): void {
    this.manager.stats.counter('downstream_rq_header_timeout').inc();
    this.closing = true;
    const stream = new HttpStream(this, this.manager);
    this.stream = stream;
    this.manager.onStreamStart(stream);
    stream.localReply(408, 'Request Timeout', FLAG.downstreamProtocolError, 'request_header_timeout');
  }

  private onAged(): void {
    this.manager.stats.counter('downstream_cx_max_duration_reached').inc();
    this.drain();
  }
}
