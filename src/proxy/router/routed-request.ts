import { type TimerWheel, WheelTimer } from '../../base/timer-wheel.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { ChoiceContext } from '../cluster/lb/choice-context.js';
import type { RequestSink } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import type { ConnectionPool, PoolFailure } from '../pool/connection-pool.js';
import type { ResetReason, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import type { ForwardAction } from '../route/route-action.js';
import type { Span } from '../tracing/span.js';
import { Attempt } from './attempt.js';
import { type FailureKind, failureBody, failureDetails, poolFailure, resetFailure } from './attempt-failure.js';
import { prepareAnswer, prepareAttempt } from './attempt-head.js';
import { FlowControl } from './flow-control.js';
import { RequestBody } from './request-body.js';
import { RequestChoice } from './request-choice.js';
import { type AttemptFailure, RetryState } from './retry-state.js';
import { groupsOf, RouterAccounting } from './router-accounting.js';
import type { RouterOptions } from './router-options.js';
import type { ShadowRequest } from './shadow-request.js';
import type { RequestTimeouts } from './timeouts.js';

/** Envoy's details for it. */
const TOO_LARGE_TO_RETRY = 'request_payload_exceeded_retry_buffer_limit';

/** One request on its way through a cluster: its attempts, timeouts and body. */
export class RoutedRequest implements RequestSink {
  readonly wheel: TimerWheel;
  private readonly accounting: RouterAccounting;
  private attempt: Attempt | undefined;
  private readonly retry: RetryState | undefined;
  private readonly choice: ChoiceContext;
  private body: RequestBody | undefined;
  private timer: WheelTimer | undefined;
  /** Undefined until one side waits. */
  private flow: FlowControl | undefined;
  private backOff: WheelTimer | undefined;
  private responding = false;
  private over = false;
  /** The client got an answer before the answer. */
  private informed = false;
  private readonly bodiless: boolean;

  constructor(
    private readonly stream: HttpStream,
    private readonly action: ForwardAction,
    private readonly cluster: Cluster,
    private readonly timeouts: RequestTimeouts,
    private readonly options: RouterOptions,
    private readonly shadows: readonly ShadowRequest[],
  ) {
    const { context } = stream.manager;
    this.wheel = context.wheel;
    this.retry = RetryState.of(stream, action.retry, cluster, action.priority, context.random);
    this.choice = RequestChoice.of(stream, action, cluster, this.retry?.selection !== undefined);
    this.accounting = new RouterAccounting(cluster, stream.internal, groupsOf(stream));
    this.bodiless = !stream.hasBody;
  }

  start(): void {
    if (this.stream.requestDone) this.armTimeout();
    this.tryOnce();
  }

  now_ms(): number {
    return this.stream.manager.context.clock.monotonic_ms();
  }

  pool(host: Host): ConnectionPool {
    const { stream, action } = this;
    const asked = stream.codec.http2 ? 'http2' : 'http1';
    const protocol = endsTunnel(stream, action) ? 'raw' : asked;
    return this.cluster.poolOf(host, action.priority, protocol, stream.connection, stream);
  }

  // Of the request

  onBody(buf: Uint8Array, start: number, end: number): void {
    for (const shadow of this.shadows) shadow.onBody(buf, start, end);
    const upstream = this.attempt?.upstream;
    if (upstream === undefined || this.retry !== undefined) this.keep(buf, start, end);
    if (upstream === undefined) return;
    upstream.writeBody(buf, start, end);
    if (!upstream.full) return;
    this.stream.codec.pauseReading();
    this.flowControl.holdRequest();
  }

  onEnd(): void {
    for (const shadow of this.shadows) shadow.onRequestEnd();
    const { attempt } = this;
    attempt?.upstream?.end(this.stream.requestTrailers);
    this.armTimeout();
    if (attempt?.upstream !== undefined) attempt.armTimeout(this.timeouts.perTry_ms);
  }

  onReadEnd(): void {
    this.attempt?.upstream?.flush();
  }

  onDrain(): void {
    this.attempt?.upstream?.resume();
    this.flow?.releaseResponse();
  }

  onAbandoned(): void {
    if (this.over) return;
    this.finish();
    this.attempt?.cancel();
    this.attempt = undefined;
  }

  // Of the attempts

  onConnected(attempt: Attempt, upstream: UpstreamStream): void {
    const { stream } = this;
    const { host } = attempt;
    this.attempt = attempt;
    stream.upstreamHost = host;
    stream.upstreamCluster = this.cluster;
    stream.upstreamBegin_ms = attempt.started_ms;
    stream.upstreamConnectionId = upstream.connectionId;
    stream.upstreamProtocol = upstream.protocol;
    stream.upstreamLocalAddress = upstream.localAddress;
    stream.upstreamTls = upstream.tls;
    stream.upstreamBytes = upstream.meter;
    if (stream.span !== undefined)
      attempt.span = stream.manager.tracing!.beginAttempt(stream, this.options.startChildSpan);
    const passed_ms = stream.attempts === 1 ? 0 : this.now_ms() - stream.start_ms;
    if (stream.attempts > 1 && stream.route!.virtualHost.marksTimeoutRetries)
      stream.headers.set('x-envoy-is-timeout-retry', String(this.retry!.afterTimeout));
    prepareAttempt(stream, this.action, this.timeouts, this.options, host.hostname, passed_ms);
    upstream.begin(attempt, stream, this.bodiless, stream.upgrade);
    this.body?.writeTo(upstream);
    if (this.retry === undefined || this.body?.overflowed) this.body?.drop();
    if (stream.requestDone) {
      upstream.end(stream.requestTrailers);
      attempt.armTimeout(this.timeouts.perTry_ms);
    }
    upstream.flush();
    stream.codec.resumeReading();
  }

  onPoolFailure(attempt: Attempt, failure: PoolFailure, detail: string): void {
    if (failure !== 'pending_overflow') this.stream.upstreamHost = attempt.host;
    this.stream.transportFailure = detail;
    this.fail(poolFailure(failure));
  }

  /** Envoy passes on one of them, and then retries no more. */
  onInformational(response: ResponseHead): void {
    const { stream } = this;
    if (!stream.manager.options.proxy100Continue || this.informed) return;
    this.informed = true;
    stream.respondInformational(response.status, response.headers);
  }

  onHead(attempt: Attempt, response: ResponseHead, end: boolean): void {
    const { status } = response;
    attempt.status = status;
    const now_ms = this.now_ms();
    this.accounting.answer(attempt.host, status);
    if (this.cluster.checker !== undefined && response.headers.has('x-envoy-immediate-health-check-fail')) {
      this.cluster.checker.onImmediateFailure(attempt.host);
    }
    if (this.retry !== undefined) {
      const decision = this.retryable() ? this.retry.onAnswer(this.stream, status, response.headers) : 'no';
      if (decision === 'yes') {
        this.retryAfterAnswer(attempt, status);
        return;
      }
      if (decision === 'limit') this.stream.flags |= FLAG.retryLimitExceeded;
      if (decision === 'overflow') this.stream.flags |= FLAG.overflow;
      if (decision === 'no') this.retry.onSucceeded();
    }
    attempt.answered = true;
    this.responding = true;
    this.accounting.status(status);
    this.accounting.taken(now_ms - attempt.started_ms);
    this.answer(response, attempt, now_ms, end);
  }

  onResponseBody(buf: Uint8Array, start: number, end: number): void {
    this.stream.respondBody(buf, start, end);
    if (!this.stream.full) return;
    this.attempt?.upstream?.pause();
    this.flowControl.holdResponse();
  }

  onResponseEnd(trailers: HeaderMap | undefined): void {
    this.attempt = undefined;
    this.finish();
    if (!this.stream.done) this.stream.respondEnd(trailers);
  }

  onReset(attempt: Attempt, reason: ResetReason): void {
    this.accounting.reset(attempt.host, reason === 'protocol_error');
    if (!attempt.answered) {
      this.fail(resetFailure(reason));
      return;
    }
    const { flag, reason: why } = resetFailure(reason);
    this.stream.flags |= flag;
    this.stream.details = `upstream_reset_after_response_started{${why.replaceAll(' ', '_')}}`;
    this.attempt = undefined;
    this.finish();
    this.stream.abortResponse();
  }

  onPerTryTimeout(attempt: Attempt): void {
    this.accounting.perTryTimeout(attempt.host);
    attempt.cancel();
    this.attempt = undefined;
    if (this.retryOn('timeout')) return;
    this.accounting.status(504);
    this.reply(504, 'upstream request timeout', FLAG.upstreamTimeout, 'upstream_per_try_timeout');
  }

  /** An attempt that has a span ended. */
  onSpanEnd(span: Span, { host, status }: Attempt, canceled: boolean): void {
    const { stream } = this;
    stream.manager.tracing!.endAttempt(span, stream, { address: host.id, status, canceled });
  }

  onUpstreamDrain(): void {
    this.stream.codec.resumeReading();
    this.flow?.releaseRequest();
  }

  flushDownstream(): void {
    this.stream.flush();
  }

  private tryOnce(): void {
    const { stream } = this;
    stream.attempts++;
    const selection = this.retry?.selection;
    if (selection !== undefined && stream.attempts > 1 && this.choice instanceof RequestChoice) {
      this.choice.retryBy(selection);
    }
    const host = this.cluster.choose(this.choice, this.action.priority);
    if (host === undefined) {
      this.accounting.status(503);
      this.reply(503, 'no healthy upstream', FLAG.noHealthyUpstream, 'no_healthy_upstream');
      return;
    }
    selection?.remember(host);
    this.attempt = new Attempt(this, host);
    this.attempt.start();
  }

  /** For the first attempt, while it has no connection, and for those that may follow it. */
  private keep(buf: Uint8Array, start: number, end: number): void {
    const { attempt, stream } = this;
    this.body ??= RequestBody.within(stream.codec.bufferLimit_bytes);
    const { body } = this;
    if (this.retry !== undefined && !body.overflowed && !body.fits(end - start)) {
      body.overflowed = true;
      this.cluster.stats.counters.retry_or_shadow_abandoned.value++;
      if (attempt === undefined) {
        this.reply(507, 'exceeded request buffer limit while retrying upstream', 0, TOO_LARGE_TO_RETRY);
        return;
      }
    }
    const waiting = attempt?.upstream === undefined;
    if (body.overflowed && !waiting) {
      body.drop();
      return;
    }
    body.push(buf, start, end);
    if (waiting && body.full) stream.codec.pauseReading();
  }

  private answer(response: ResponseHead, attempt: Attempt, now_ms: number, end: boolean): void {
    const { stream } = this;
    stream.details = 'via_upstream';
    stream.firstUpstreamByte_ms = now_ms;
    stream.status = response.status;
    stream.responseHeaders = response.headers;
    prepareAnswer(stream, this.options, now_ms - attempt.started_ms);
    if (this.choice instanceof RequestChoice) {
      for (const cookie of this.choice.cookies) response.headers.add('set-cookie', cookie);
    }
    // an answer without body is complete here; the attempt's end frees the connection and is told to nobody
    if (end) {
      this.attempt = undefined;
      this.finish();
    }
    stream.respond(response.status, response.headers, end);
  }

  private retryAfterAnswer(attempt: Attempt, status: number): void {
    this.accounting.retried(status);
    attempt.cancel();
    this.attempt = undefined;
    this.scheduleRetry();
  }

  /** @returns whether another attempt follows */
  private retryOn(failure: AttemptFailure): boolean {
    if (this.retry === undefined || !this.retryable()) return false;
    const decision = this.retry.onFailure(failure);
    if (decision === 'limit') this.stream.flags |= FLAG.retryLimitExceeded;
    if (decision === 'overflow') this.stream.flags |= FLAG.overflow;
    if (decision !== 'yes') return false;
    this.scheduleRetry();
    return true;
  }

  private retryable(): boolean {
    return !this.over && !this.informed && this.body?.overflowed !== true;
  }

  private scheduleRetry(): void {
    this.backOff = new WheelTimer(() => this.tryOnce());
    this.wheel.arm(this.backOff, this.retry!.nextBackOff());
  }

  private fail(failure: FailureKind): void {
    this.attempt = undefined;
    if (this.retryOn(failure.retry)) return;
    this.accounting.status(failure.status);
    const body = failureBody(failure, this.stream.attempts);
    this.reply(
      failure.status,
      body,
      failure.flag,
      failureDetails(failure, this.stream.transportFailure),
      failure.retry === 'overflow',
    );
  }

  private reply(status: number, body: string, flag: number, details: string, overloaded = false): void {
    this.finish();
    this.stream.localReply(status, body, flag, details, (headers) => {
      if (overloaded && !this.options.suppressEnvoyHeaders) headers.add('x-envoy-overloaded', 'true');
      if (this.stream.route!.virtualHost.countAttemptsInResponse)
        headers.add('x-envoy-attempt-count', String(this.stream.attempts));
    });
  }

  private get flowControl(): FlowControl {
    this.flow ??= new FlowControl(this.cluster.stats, this.stream.manager.stats);
    return this.flow;
  }

  private armTimeout(): void {
    if (this.timeouts.global_ms <= 0 || this.over || this.responding) return;
    this.timer = new WheelTimer(() => this.onTimeout());
    this.wheel.arm(this.timer, this.timeouts.global_ms);
  }

  private onTimeout(): void {
    const { attempt } = this;
    const unanswered = attempt !== undefined && !attempt.answered;
    this.accounting.timeout(unanswered ? attempt.host : undefined);
    if (attempt !== undefined) this.stream.upstreamHost = attempt.host;
    if (unanswered) this.accounting.status(504);
    this.onAbandoned();
    this.reply(504, 'upstream request timeout', FLAG.upstreamTimeout, 'response_timeout');
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.retry?.release();
    if (this.timer !== undefined) this.wheel.cancel(this.timer);
    if (this.backOff !== undefined) this.wheel.cancel(this.backOff);
  }
}

/** The tunnel that is asked for ends here: what is in it goes on as bytes. */
function endsTunnel({ method }: HttpStream, { connect }: ForwardAction): boolean {
  return connect !== undefined && (method === 'CONNECT' || (connect.allowPost && method === 'POST'));
}
