import { type TimerWheel, WheelTimer } from '../../base/timer-wheel.js';
import type { HeaderMap, ResponseParser } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { RequestSink } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import type { ConnectionPool, PoolFailure } from '../pool/connection-pool.js';
import type { ResetReason, UpstreamConnection } from '../pool/upstream-connection.js';
import type { ForwardAction } from '../route/route-action.js';
import { Attempt } from './attempt.js';
import { RequestBody } from './request-body.js';
import { type AttemptFailure, RetryState } from './retry-state.js';
import type { RouterOptions } from './router-options.js';
import type { ShadowRequest } from './shadow-request.js';
import type { RequestTimeouts } from './timeouts.js';

const RESET_PREFIX = 'upstream connect error or disconnect/reset before headers. ';

/** One request on its way through a cluster: its attempts, timeouts and body. */
export class RoutedRequest implements RequestSink {
  readonly wheel: TimerWheel;
  private attempt: Attempt | undefined;
  private readonly retry: RetryState | undefined;
  private body: RequestBody | undefined;
  private timer: WheelTimer | undefined;
  private backOff: WheelTimer | undefined;
  private responding = false;
  private over = false;
  private readonly chunked: boolean;

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
    this.chunked = !stream.requestDone && stream.upgrade === '' && !stream.headers.has('content-length');
  }

  start(): void {
    if (this.stream.requestDone) this.armTimeout();
    this.tryOnce();
  }

  now_ms(): number {
    return this.stream.manager.context.clock.monotonic_ms();
  }

  pool(host: Host): ConnectionPool {
    return this.cluster.poolOf(host, this.action.priority);
  }

  // Of the request

  onBody(buf: Uint8Array, start: number, end: number): void {
    for (const shadow of this.shadows) shadow.onBody(buf, start, end);
    const connection = this.attempt?.connection;
    if (connection === undefined || this.retry !== undefined) this.keep(buf, start, end, connection === undefined);
    if (connection === undefined) return;
    this.write(connection, buf, start, end);
    if (connection.out.full) this.stream.server.pauseReading();
  }

  onEnd(): void {
    for (const shadow of this.shadows) shadow.onRequestEnd();
    const connection = this.attempt?.connection;
    if (connection !== undefined) this.endRequest(connection);
    this.armTimeout();
    if (connection !== undefined) this.attempt?.armTimeout(this.timeouts.perTry_ms);
  }

  onReadEnd(): void {
    this.attempt?.connection?.out.flush();
  }

  onDrain(): void {
    this.attempt?.connection?.resume();
  }

  onAbandoned(): void {
    if (this.over) return;
    this.finish();
    this.attempt?.cancel();
    this.attempt = undefined;
  }

  // Of the attempts

  onConnected(attempt: Attempt, connection: UpstreamConnection): void {
    const { stream } = this;
    this.attempt = attempt;
    stream.upstreamHost = attempt.host;
    connection.begin(attempt, stream.method, stream.upgrade !== '');
    if (this.action.autoHostRewrite && attempt.host.hostname !== '') this.rewriteHost(attempt.host.hostname);
    connection.out.pushText(this.head());
    if (this.body !== undefined) for (const chunk of this.body.chunks) this.write(connection, chunk, 0, chunk.length);
    if (this.retry === undefined && this.body !== undefined) this.body = undefined;
    if (stream.requestDone) {
      this.endRequest(connection);
      attempt.armTimeout(this.timeouts.perTry_ms);
    }
    connection.out.flush();
    stream.server.resumeReading();
  }

  onPoolFailure(attempt: Attempt, failure: PoolFailure, detail: string): void {
    this.stream.upstreamHost = attempt.host;
    this.stream.transportFailure = detail;
    if (failure === 'overflow') {
      this.fail('overflow', 'overflow', FLAG.overflow);
      return;
    }
    this.fail(
      'connect',
      failure === 'connection_timeout' ? 'connection timeout' : 'remote connection failure',
      FLAG.connectionFailure,
    );
  }

  onHead(attempt: Attempt, response: ResponseParser, end: boolean): void {
    const { status } = response;
    const { host } = attempt;
    const now_ms = this.now_ms();
    this.cluster.outlier?.onStatus(host, status);
    this.cluster.outlier?.onLocalOrigin(host, true, status);
    if (status >= 500) host.requestErrors++;
    else host.requestSuccesses++;
    if (this.retry !== undefined) {
      const decision = this.retryable() ? this.retry.onAnswer(this.stream, status, response.fields) : 'no';
      if (decision === 'yes') {
        this.retryAfterAnswer(attempt, status);
        return;
      }
      if (decision === 'limit') this.stream.flags |= FLAG.retryLimitExceeded;
      if (decision === 'no') this.retry.onSucceeded();
    }
    attempt.answered = true;
    this.responding = true;
    this.chargeStatus(status);
    this.cluster.stats.requestTime.record(now_ms - attempt.started_ms);
    this.answer(response, attempt, now_ms, end);
  }

  onResponseBody(_attempt: Attempt, buf: Uint8Array, start: number, end: number): void {
    this.stream.respondBody(buf, start, end);
    if (this.stream.server.out.full) this.attempt?.connection?.pause();
  }

  onResponseEnd(_attempt: Attempt, trailers: HeaderMap | undefined): void {
    this.attempt = undefined;
    this.finish();
    if (!this.stream.done) this.stream.respondEnd(trailers);
  }

  onReset(attempt: Attempt, reason: ResetReason): void {
    const protocol = reason === 'protocol_error';
    this.cluster.outlier?.onLocalOrigin(attempt.host, false, protocol ? 502 : 503);
    attempt.host.requestErrors++;
    if (attempt.answered) {
      this.stream.flags |= FLAG.upstreamProtocolError; // a body cut off, Envoy says so too
      this.stream.details = 'upstream_reset_after_response_started{connection_termination}';
      this.attempt = undefined;
      this.finish();
      this.stream.abortResponse();
      return;
    }
    if (protocol) {
      this.fail('protocol', 'protocol error', FLAG.upstreamProtocolError);
      return;
    }
    this.fail('reset', 'connection termination', FLAG.connectionTermination);
  }

  onPerTryTimeout(attempt: Attempt): void {
    this.cluster.stats.counters.upstream_rq_per_try_timeout.value++;
    attempt.host.requestTimeouts++;
    attempt.host.requestErrors++;
    this.cluster.outlier?.onLocalOrigin(attempt.host, false, 504);
    attempt.cancel();
    this.attempt = undefined;
    if (this.retryOn('timeout')) return;
    this.chargeStatus(504);
    this.reply(504, 'upstream request timeout', FLAG.upstreamTimeout, 'upstream_per_try_timeout');
  }

  onUpstreamDrain(): void {
    this.stream.server.resumeReading();
  }

  flushDownstream(): void {
    this.stream.flush();
  }

  private tryOnce(): void {
    const { stream } = this;
    stream.attempts++;
    const choose = (): Host | undefined => this.cluster.choose(stream.server.choice);
    const host = this.retry === undefined ? choose() : this.retry.choose(choose);
    if (host === undefined) {
      this.cluster.stats.counters.upstream_cx_none_healthy.value++;
      this.chargeStatus(503);
      this.reply(503, 'no healthy upstream', FLAG.noHealthyUpstream, 'no_healthy_upstream');
      return;
    }
    this.retry?.remember(host);
    this.attempt = new Attempt(this, host);
    this.attempt.start();
  }

  private rewriteHost(hostname: string): void {
    const { headers } = this.stream;
    if (this.action.appendXForwardedHost) headers.set('x-forwarded-host', this.stream.host);
    if (!this.options.suppressEnvoyHeaders) headers.set('x-envoy-original-host', this.stream.host);
    headers.set('host', hostname);
  }

  /** The request's head as this attempt sends it. */
  private head(): string {
    const { stream } = this;
    const { headers } = stream;
    if (stream.route!.virtualHost.countAttempts) headers.set('x-envoy-attempt-count', String(stream.attempts));
    const expected_ms = this.timeouts.expected_ms(stream.attempts === 1 ? 0 : this.now_ms() - stream.start_ms);
    if (expected_ms > 0 && !this.options.suppressEnvoyHeaders) {
      headers.set('x-envoy-expected-rq-timeout-ms', String(expected_ms));
    }
    let framing = '';
    if (stream.upgrade !== '') framing = 'connection: upgrade\r\n';
    else if (this.chunked) framing = 'transfer-encoding: chunked\r\n';
    return `${stream.method} ${stream.path} HTTP/1.1\r\n${headers.serialize()}${framing}\r\n`;
  }

  private write(connection: UpstreamConnection, buf: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (!this.chunked) {
      connection.out.pushBytes(buf, start, end, false);
      return;
    }
    connection.out.pushText(`${(end - start).toString(16)}\r\n`);
    connection.out.pushBytes(buf, start, end, false);
    connection.out.pushText('\r\n');
  }

  private endRequest(connection: UpstreamConnection): void {
    if (this.chunked) connection.out.pushText('0\r\n\r\n');
    if (this.stream.upgrade !== '') {
      connection.out.flush();
      connection.socket.end();
    }
    connection.endRequest();
  }

  private keep(buf: Uint8Array, start: number, end: number, waiting: boolean): void {
    this.body ??= new RequestBody();
    if (this.body.full && !waiting) {
      this.body.drop();
      return;
    }
    this.body.push(buf, start, end);
    if (waiting && this.body.full) this.stream.server.pauseReading();
  }

  private answer(response: ResponseParser, attempt: Attempt, now_ms: number, end: boolean): void {
    const { stream } = this;
    const headers = response.fields;
    stream.details = 'via_upstream';
    stream.firstUpstreamByte_ms = now_ms;
    stream.upstreamLocalAddress = attempt.localAddress();
    if (!this.options.suppressEnvoyHeaders) {
      headers.set('x-envoy-upstream-service-time', String(Math.floor(now_ms - attempt.started_ms)));
    }
    if (stream.route!.virtualHost.countAttemptsInResponse)
      headers.set('x-envoy-attempt-count', String(stream.attempts));
    stream.status = response.status;
    stream.choice?.mutateResponse?.(headers, stream);
    stream.responseHeaders = headers;
    stream.route!.mutateResponse?.(headers, stream);
    // an answer without body is complete here; the attempt's end frees the connection and is told to nobody
    if (end) {
      this.attempt = undefined;
      this.finish();
    }
    stream.respond(response.status, headers, end);
  }

  private retryAfterAnswer(attempt: Attempt, status: number): void {
    this.chargeStatus(status);
    attempt.discard();
    this.attempt = undefined;
    this.scheduleRetry();
  }

  /** @returns whether another attempt follows */
  private retryOn(failure: AttemptFailure): boolean {
    if (this.retry === undefined || !this.retryable()) return false;
    const decision = this.retry.onFailure(failure, this.stream.attempts > 0);
    if (decision === 'limit') this.stream.flags |= FLAG.retryLimitExceeded;
    if (decision !== 'yes') return false;
    this.scheduleRetry();
    return true;
  }

  private retryable(): boolean {
    return !this.over && this.body?.overflowed !== true;
  }

  private scheduleRetry(): void {
    this.backOff = new WheelTimer(() => this.tryOnce());
    this.wheel.arm(this.backOff, this.retry!.nextBackOff());
  }

  /** @param reason Envoy's words for why the attempt was reset */
  private fail(failure: AttemptFailure, reason: string, flag: number): void {
    this.attempt = undefined;
    if (this.retryOn(failure)) return;
    const status = failure === 'protocol' ? 502 : 503;
    this.chargeStatus(status);
    const retried = this.stream.attempts > 1 ? 'retried and the latest ' : '';
    const details = `upstream_reset_before_response_started{${reason.replaceAll(' ', '_')}}`;
    this.reply(status, `${RESET_PREFIX}${retried}reset reason: ${reason}`, flag, details, failure === 'overflow');
  }

  private reply(status: number, body: string, flag: number, details: string, overloaded = false): void {
    this.finish();
    this.stream.localReply(status, body, flag, details, (headers) => {
      if (overloaded && !this.options.suppressEnvoyHeaders) headers.add('x-envoy-overloaded', 'true');
      if (this.stream.route!.virtualHost.countAttemptsInResponse)
        headers.add('x-envoy-attempt-count', String(this.stream.attempts));
    });
  }

  private armTimeout(): void {
    if (this.timeouts.global_ms <= 0 || this.over || this.responding) return;
    this.timer = new WheelTimer(() => this.onTimeout());
    this.wheel.arm(this.timer, this.timeouts.global_ms);
  }

  private onTimeout(): void {
    this.cluster.stats.counters.upstream_rq_timeout.value++;
    const { attempt } = this;
    if (attempt !== undefined) {
      attempt.host.requestTimeouts++;
      this.stream.upstreamHost = attempt.host;
      if (!attempt.answered) {
        attempt.host.requestErrors++;
        this.cluster.outlier?.onLocalOrigin(attempt.host, false, 504);
        this.chargeStatus(504);
      }
    }
    this.onAbandoned();
    this.reply(504, 'upstream request timeout', FLAG.upstreamTimeout, 'upstream_response_timeout');
  }

  private chargeStatus(status: number): void {
    const { stats } = this.cluster;
    stats.counters.upstream_rq_completed.value++;
    stats.codes.charge(status);
    if (this.stream.internal) stats.internalCodes.charge(status);
    else stats.externalCodes.charge(status);
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.retry?.release();
    if (this.timer !== undefined) this.wheel.cancel(this.timer);
    if (this.backOff !== undefined) this.wheel.cancel(this.backOff);
  }
}
