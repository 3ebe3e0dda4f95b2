import type { JsonObject } from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import { overridesOf } from '../route/filter-overrides.js';
import type { ClusterChoice, ForwardAction } from '../route/route-action.js';
import type { RouteEntry } from '../route/route-table.js';
import type { Span } from '../tracing/span.js';
import type { ConnectionManager } from './connection-manager.js';
import type { DownstreamCodec } from './downstream-codec.js';
import type { FilterChain } from './filter-chain.js';
import type { RequestSink } from './http-filter.js';
import { RequestHold } from './request-hold.js';
import { FLAG } from './response-flags.js';
import { prepareResponse } from './response-preparation.js';
import { ResponseThrottle } from './response-throttle.js';
import { sendLocalReply } from './send-local-reply.js';
import { StreamInfo } from './stream-info.js';
import { onDurationTimeout, onIdleTimeout, onRequestTimeout } from './stream-timeouts.js';
import { StreamTimers } from './stream-timers.js';
import { beginUpgrade } from './upgrade.js';

/** One request and its answer. */
export class HttpStream extends StreamInfo {
  route: RouteEntry | undefined;
  choice: ClusterChoice | undefined;
  /** The whole request came. */
  requestDone = false;
  /** What stood behind the request's body; known when the request is done. */
  requestTrailers: HeaderMap | undefined;
  responseStarted = false;
  done = false;
  /** Upgrade type in lower case that the client asked for and may have. */
  upgrade = '';
  /** The span of this request; undefined without tracing. */
  span: Span | undefined;
  /** The operation that the answer names to a caller that traces, too. */
  propagatedOperation = '';
  /** The request came from within: `x-envoy-*` headers are obeyed. */
  internal = false;
  /** By filters that hold or count: called when the stream ends. */
  readonly cleanups: (() => void)[] = [];
  /** The filters of this request, once its route is known. */
  chain: FilterChain;
  private sink: RequestSink | undefined;
  private held: RequestHold | undefined;
  private throttle: ResponseThrottle | undefined;
  private filterIndex = 0;
  /** A filter threw: the answer that says so is not shown to filters. */
  private broken = false;
  private readonly timers: StreamTimers;

  constructor(
    readonly codec: DownstreamCodec,
    readonly manager: ConnectionManager,
  ) {
    super(codec.info, codec.filterChainName);
    this.chain = manager.chain;
    this.timers = new StreamTimers(manager.context.wheel, () => onIdleTimeout(this));
  }

  /** Runs the filters; called once the head is complete and sanitized. */
  start(): void {
    const { request_ms } = this.manager.options.timeouts;
    if (request_ms > 0 && !this.requestDone) this.timers.startRequest(request_ms, () => onRequestTimeout(this));
    this.refreshRoute();
    this.manager.tracing?.begin(this);
    this.manager.interimLogs?.onStart(this);
    this.chain = this.manager.chain.select(overridesOf(this));
    if (this.upgrade === '' || beginUpgrade(this)) this.runFilters();
  }

  /** Chooses the route and cluster by the request as it is now: a filter changed what the choice depends on. */
  refreshRoute(): void {
    this.route = this.manager.routes.find(this);
    this.routeName = this.route?.name ?? '';
    const action = this.route?.action;
    const forward = action?.kind === 'forward' ? action : undefined;
    this.choice = undefined;
    this.clusterName = '';
    if (forward !== undefined) this.choose(forward);
    this.timers.startIdle(this.idleLimit_ms);
    const limit_ms = forward?.streamDuration?.(this) ?? this.manager.options.timeouts.streamDuration_ms;
    if (limit_ms > 0) this.timers.startDuration(limit_ms, () => onDurationTimeout(this));
  }

  /** How long nothing may happen on the stream; 0 for ever. */
  get idleLimit_ms(): number {
    const action = this.route?.action;
    const own_ms = action?.kind === 'forward' ? action.idleTimeout_ms : undefined;
    return own_ms ?? this.manager.options.timeouts.streamIdle_ms;
  }

  override get routeMetadata(): Readonly<Record<string, JsonObject>> | undefined {
    return this.route?.metadata;
  }

  /** A filter that held the request lets it go on. */
  resume(): void {
    if (this.done) return;
    this.filterIndex++;
    this.runFilters();
  }

  /**
   * For a filter that returns false from `onRequest`: keeps the body and calls `done` when all of it is there, at once when it
   * is already, or with `whole` false when it is longer than the limit. The filter then resumes or answers.
   */
  bufferRequest(limit_bytes: number, done: (whole: boolean) => void): void {
    this.held ??= new RequestHold();
    this.held.wait(limit_bytes, done);
    if (this.requestDone) this.held.settle(true);
    else this.codec.resumeReading();
  }

  /** What is there of a body that was not passed on yet. */
  bufferedBody(): Buffer {
    return this.held?.content() ?? EMPTY;
  }

  /** The request has, or may still get, content or trailers for the router. */
  get hasBody(): boolean {
    return !this.requestDone || this.held !== undefined || this.requestTrailers !== undefined;
  }

  /** The router takes the request. */
  takeBody(sink: RequestSink): void {
    this.sink = sink;
    const { held } = this;
    if (held !== undefined) {
      this.held = undefined;
      for (const chunk of held.take()) this.deliver(chunk, 0, chunk.length);
      this.codec.resumeReading();
    }
    if (this.requestDone) this.requestEnded();
  }

  // What the codec tells of the request

  onBody(buf: Uint8Array, start: number, end: number): void {
    if (this.done) return;
    this.bytesReceived += end - start;
    this.timers.touch();
    if (this.sink !== undefined) {
      this.deliver(buf, start, end);
      return;
    }
    this.held ??= new RequestHold();
    if (!this.held.push(buf, start, end)) this.codec.pauseReading();
  }

  onRequestEnd(trailers: HeaderMap | undefined): void {
    this.requestDone = true;
    this.timers.stopRequest();
    if (this.bytesReceived > 0) this.requestEnd_ms = this.manager.context.clock.monotonic_ms();
    this.requestTrailers = trailers;
    if (this.sink === undefined) {
      this.held?.settle(true);
      return;
    }
    this.requestEnded();
    this.sink?.onEnd();
  }

  onReadEnd(): void {
    this.sink?.onReadEnd();
  }

  onDrain(): void {
    this.sink?.onDrain();
  }

  /** The client's connection ended, or it reset the stream. */
  onDisconnect(details = 'downstream_remote_disconnect', flag: number = FLAG.downstreamTermination): void {
    if (this.done) return;
    this.flags |= flag;
    this.details = details;
    this.manager.stats.counters.downstream_rq_rx_reset.value++;
    this.end();
  }

  // What the router and filters tell of the answer

  respondInformational(status: number, headers: HeaderMap): void {
    if (!this.done && !this.responseStarted) this.codec.writeInformational(status, headers);
  }

  /** Begins the answer. */
  respond(status: number, headers: HeaderMap, end: boolean): void {
    this.status = status;
    this.responseHeaders = headers;
    this.timers.touch();
    const { response } = this.chain;
    if (response.length > 0 && !this.broken)
      this.guard(() => {
        for (const filter of response) filter.onResponse(this);
      });
    if (this.done || this.responseStarted) return;
    this.responseStarted = true;
    prepareResponse(this, headers);
    this.manager.tracing?.onResponse(this, headers);
    this.codec.writeHead(this, this.status, headers, end);
    if (this.upgrade !== '' && (this.status === 101 || (this.method === 'CONNECT' && this.status < 300)))
      this.manager.interimLogs?.onTunnel(this);
    if (end) this.finish();
  }

  respondBody(buf: Uint8Array, start: number, end: number): void {
    this.bytesSent += end - start;
    this.timers.touch();
    const { responseBody } = this.chain;
    if (responseBody.length > 0)
      this.guard(() => {
        for (const filter of responseBody) filter.onResponseBody(this, buf, start, end);
      });
    if (this.done) return;
    if (this.throttle !== undefined) this.throttle.push(buf, start, end);
    else this.codec.writeBody(buf, start, end);
  }

  /** The client, or a limit of its rate, takes no more for now. */
  get full(): boolean {
    return this.codec.full || this.throttle?.full === true;
  }

  /** Lets the answer's body pass at this rate: KiB per second. */
  limitRate(rate_kbps: number): void {
    const { wheel, clock } = this.manager.context;
    this.throttle = new ResponseThrottle(wheel, () => clock.monotonic_ms(), rate_kbps, {
      write: (chunk) => {
        this.timers.touch();
        this.codec.writeBody(chunk, 0, chunk.length);
        this.codec.flush();
      },
      end: (trailers) => {
        this.codec.writeEnd(trailers);
        this.finish();
      },
      drained: () => this.onDrain(),
    });
  }

  respondEnd(trailers: HeaderMap | undefined): void {
    if (trailers !== undefined) {
      this.responseTrailers = trailers;
      this.guard(() => {
        for (const filter of this.chain.responseTrailers) filter.onResponseTrailers(this, trailers);
      });
      if (this.done) return;
    }
    if (this.throttle !== undefined) {
      this.throttle.end(trailers);
      return;
    }
    this.codec.writeEnd(trailers);
    this.finish();
  }

  flush(): void {
    if (!this.done) this.codec.flush();
  }

  /** The answer cannot be completed: the client sees its connection end, or its stream reset. */
  abortResponse(): void {
    if (this.done) return;
    this.end();
    this.codec.resetStream();
  }

  /**
   * Answers by itself, unless an answer began; then the client's connection ends.
   * @param body latin1
   * @param grpcStatus for a client that speaks gRPC; absent: what `status` means there
   */
  localReply(
    status: number,
    body: string,
    flags: number,
    details: string,
    decorate?: (headers: HeaderMap) => void,
    grpcStatus?: number,
  ): void {
    if (this.done) return;
    this.flags |= flags;
    this.details = details;
    if (!this.requestDone) this.codec.closeAfterAnswer();
    this.sink?.onAbandoned();
    this.sink = undefined;
    if (this.responseStarted) {
      this.abortResponse();
      return;
    }
    sendLocalReply(this, status, body, decorate, grpcStatus);
  }

  /** A body that is one text, and the end. */
  respondText(text: string): void {
    if (this.done) return;
    this.bytesSent += text.length;
    this.codec.writeText(text);
    this.throttle = undefined;
    this.respondEnd(undefined);
  }

  private choose(action: ForwardAction): void {
    this.choice = action.choose(this, this.manager.context.random);
    this.clusterName = this.choice?.name ?? '';
  }

  private runFilters(): void {
    const { all } = this.chain;
    try {
      while (this.filterIndex < all.length && !this.done) {
        if (!all[this.filterIndex]!.onRequest(this)) return;
        this.filterIndex++;
      }
    } catch (error) {
      this.failed(error);
    }
  }

  /** Runs what a filter does at another time than when it is asked. */
  guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.failed(error);
    }
  }

  /** A fault of ours, in one stream: it must not reach the others. */
  private failed(error: unknown): void {
    this.manager.context.logger.error('a filter threw', { error: messageOf(error) });
    this.manager.stats.counter('rq_filter_threw').inc();
    this.broken = true;
    this.localReply(500, '', 0, 'filter_threw');
  }

  private deliver(buf: Uint8Array, start: number, end: number): void {
    const { requestBody } = this.chain;
    if (requestBody.length > 0)
      this.guard(() => {
        for (const filter of requestBody) filter.onRequestBody(this, buf, start, end);
      });
    this.sink?.onBody(buf, start, end);
  }

  private requestEnded(): void {
    const { requestEnd } = this.chain;
    if (requestEnd.length > 0)
      this.guard(() => {
        for (const filter of requestEnd) filter.onRequestEnd(this);
      });
  }

  /** The answer is complete. */
  private finish(): void {
    if (this.done) return;
    this.end();
    this.codec.onStreamFinished(this);
  }

  private end(): void {
    this.done = true;
    this.timers.stop();
    this.throttle?.stop();
    const { sink } = this;
    this.sink = undefined;
    sink?.onAbandoned();
    for (const cleanup of this.cleanups) this.guard(cleanup);
    this.manager.onStreamEnd(this);
  }
}

const EMPTY = Buffer.alloc(0);
