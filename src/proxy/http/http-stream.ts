import { WheelTimer } from '../../base/timer-wheel.js';
import { HeaderMap } from '../../wire/http1/index.js';
import type { ClusterChoice, ForwardAction } from '../route/route-action.js';
import type { RouteEntry } from '../route/route-table.js';
import type { ConnectionManager } from './connection-manager.js';
import type { RequestSink } from './http-filter.js';
import { FLAG } from './response-flags.js';
import type { ServerConnection } from './server-connection.js';
import { StreamInfo } from './stream-info.js';

/** One request and its answer. */
export class HttpStream extends StreamInfo {
  route: RouteEntry | undefined;
  choice: ClusterChoice | undefined;
  /** The whole request came. */
  requestDone = false;
  responseStarted = false;
  done = false;
  /** Upgrade type in lower case that the client asked for and may have. */
  upgrade = '';
  /** The request came from within: `x-envoy-*` headers are obeyed. */
  internal = false;
  /** By filters that hold or count: called when the stream ends. */
  readonly cleanups: (() => void)[] = [];
  private sink: RequestSink | undefined;
  private held: Buffer[] | undefined;
  private filterIndex = 0;
  private readonly idleTimer: WheelTimer;
  private idle_ms = 0;
  private durationTimer: WheelTimer | undefined;

  constructor(
    readonly server: ServerConnection,
    readonly manager: ConnectionManager,
  ) {
    super(server.info, server.filterChainName);
    this.idleTimer = new WheelTimer(() => this.onIdle());
  }

  /** Runs the filters; called once the head is complete and sanitized. */
  start(): void {
    this.route = this.manager.routes.find(this);
    if (this.route !== undefined) this.routeName = this.route.name;
    const action = this.route?.action;
    if (action?.kind === 'forward') this.choose(action);
    this.idle_ms =
      (action?.kind === 'forward' ? action.idleTimeout_ms : undefined) ?? this.manager.streamIdleTimeout_ms;
    if (this.idle_ms > 0) this.manager.context.wheel.arm(this.idleTimer, this.idle_ms);
    this.armDuration(action?.kind === 'forward' ? action.maxStreamDuration_ms : undefined);
    this.runFilters();
  }

  /** A filter that held the request lets it go on. */
  resume(): void {
    if (this.done) return;
    this.filterIndex++;
    this.runFilters();
  }

  /** The router takes the request. */
  takeBody(sink: RequestSink): void {
    this.sink = sink;
    const { held } = this;
    this.held = undefined;
    if (held === undefined) return;
    for (const chunk of held) sink.onBody(chunk, 0, chunk.length);
    this.server.resumeReading();
  }

  // What the connection tells of the request

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.bytesReceived += end - start;
    this.touch();
    if (this.sink !== undefined) this.sink.onBody(buf, start, end);
    else this.hold(Buffer.from(buf.subarray(start, end)));
  }

  onRequestEnd(): void {
    this.requestDone = true;
    this.sink?.onEnd();
  }

  onReadEnd(): void {
    this.sink?.onReadEnd();
  }

  onDrain(): void {
    this.sink?.onDrain();
  }

  /** The client's connection ended. */
  onDisconnect(): void {
    if (this.done) return;
    this.flags |= FLAG.downstreamTermination;
    this.details ||= 'downstream_remote_disconnect';
    this.manager.stats.counter('downstream_rq_rx_reset').inc();
    this.end();
  }

  // What the router and filters tell of the answer

  /** Begins the answer. */
  respond(status: number, headers: HeaderMap, end: boolean): void {
    this.status = status;
    this.responseHeaders = headers;
    this.responseStarted = true;
    this.touch();
    for (const filter of this.manager.responseFilters) filter.onResponse!(this);
    this.server.writeHead(this, status, headers, end);
    if (end) this.finish();
  }

  respondBody(buf: Uint8Array, start: number, end: number): void {
    this.bytesSent += end - start;
    this.touch();
    this.server.writeBody(buf, start, end);
  }

  respondEnd(trailers: HeaderMap | undefined): void {
    this.server.writeEnd(trailers);
    this.finish();
  }

  flush(): void {
    if (!this.done) this.server.out.flush();
  }

  /** The answer cannot be completed: the client sees its connection end. */
  abortResponse(): void {
    if (this.done) return;
    this.end();
    this.server.destroy();
  }

  /**
   * Answers by itself, unless an answer began; then the client's connection ends.
   * @param body latin1
   */
  localReply(
    status: number,
    body: string,
    flags: number,
    details: string,
    decorate?: (headers: HeaderMap) => void,
  ): void {
    if (this.done) return;
    this.flags |= flags;
    this.details = details;
    this.sink?.onAbandoned();
    this.sink = undefined;
    if (this.responseStarted) {
      this.abortResponse();
      return;
    }
    const headers = new HeaderMap();
    if (body !== '') {
      headers.add('content-length', String(body.length));
      headers.add('content-type', 'text/plain');
    }
    decorate?.(headers);
    const end = body === '' || this.method === 'HEAD';
    this.respond(status, headers, end);
    if (end) return;
    this.bytesSent += body.length;
    this.server.out.pushText(body);
    this.respondEnd(undefined);
  }

  private choose(action: ForwardAction): void {
    this.choice = action.choose(this, this.manager.context.random);
    this.clusterName = this.choice?.name ?? '';
  }

  private runFilters(): void {
    const { filters } = this.manager;
    while (this.filterIndex < filters.length && !this.done) {
      if (!filters[this.filterIndex]!.onRequest(this)) return;
      this.filterIndex++;
    }
  }

  private hold(chunk: Buffer): void {
    this.held ??= [];
    this.held.push(chunk);
    this.server.pauseReading();
  }

  private touch(): void {
    if (this.idle_ms > 0) this.manager.context.wheel.arm(this.idleTimer, this.idle_ms);
  }

  private armDuration(route_ms: number | undefined): void {
    const limit_ms = route_ms ?? this.manager.maxStreamDuration_ms;
    if (limit_ms <= 0) return;
    this.durationTimer = new WheelTimer(() => {
      this.manager.stats.counter('downstream_rq_max_duration_reached').inc();
      this.localReply(408, 'downstream duration timeout', FLAG.durationTimeout, 'max_duration_timeout');
    });
    this.manager.context.wheel.arm(this.durationTimer, limit_ms);
  }

  private onIdle(): void {
    this.manager.stats.counter('downstream_rq_idle_timeout').inc();
    const status = this.requestDone ? 504 : 408;
    this.localReply(status, 'stream timeout', FLAG.streamIdleTimeout, 'stream_idle_timeout');
  }

  /** The answer is complete. */
  private finish(): void {
    if (this.done) return;
    this.end();
    this.server.onStreamFinished(this);
  }

  private end(): void {
    this.done = true;
    const { wheel } = this.manager.context;
    wheel.cancel(this.idleTimer);
    if (this.durationTimer !== undefined) wheel.cancel(this.durationTimer);
    const { sink } = this;
    this.sink = undefined;
    sink?.onAbandoned();
    for (const cleanup of this.cleanups) cleanup();
    this.manager.onStreamEnd(this);
  }
}
