import type { Random } from '../../base/random.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Resource } from '../cluster/resources.js';
import type { HttpStream } from '../http/http-stream.js';
import { parseRetryOn, RETRY_ON, type RetryPolicy } from '../route/retry-policy.js';
import { HostSelection } from './host-selection.js';

/** Why an attempt got no usable answer. */
export type AttemptFailure = 'connect' | 'overflow' | 'reset' | 'timeout' | 'protocol' | 'refused';

export type RetryDecision = 'no' | 'yes' | 'overflow' | 'limit';

const DEFAULT_STATUS_CODES: readonly number[] = [];

/** What one request may still retry. */
export class RetryState {
  private left: number;
  private done = 0;
  private holding = false;
  private readonly on: number;
  private readonly statusCodes: readonly number[];
  /** Where retries may go; undefined: where any request would. */
  readonly selection: HostSelection | undefined;
  private readonly resource: Resource;

  /** @returns undefined when nothing may be retried */
  static of(
    stream: HttpStream,
    policy: RetryPolicy | undefined,
    cluster: Cluster,
    priority: number,
    random: Random,
  ): RetryState | undefined {
    let on = policy?.on ?? 0;
    let retries = policy?.retries ?? 1;
    let codes = policy?.statusCodes ?? DEFAULT_STATUS_CODES;
    if (stream.internal) {
      const header = stream.headers.get('x-envoy-retry-on');
      if (header !== undefined) on |= parseRetryOn(header);
      const max = stream.headers.get('x-envoy-max-retries');
      if (max !== undefined && /^\d+$/.test(max)) retries = Number(max);
      const listed = stream.headers.get('x-envoy-retriable-status-codes');
      if (listed !== undefined) codes = [...codes, ...listed.split(',').map(Number)];
    }
    if (on === 0) return undefined;
    if (
      policy !== undefined &&
      policy.requestHeaders.length > 0 &&
      !policy.requestHeaders.some((matches) => matches(stream))
    ) {
      return undefined;
    }
    return new RetryState(policy, cluster, priority, random, on, retries, codes);
  }

  private constructor(
    private readonly policy: RetryPolicy | undefined,
    private readonly cluster: Cluster,
    priority: number,
    private readonly random: Random,
    on: number,
    retries: number,
    codes: readonly number[],
  ) {
    this.on = on;
    this.left = retries;
    this.statusCodes = codes;
    this.resource = cluster.resources[priority]!.retries;
    this.selection = policy?.hostSelection === undefined ? undefined : new HostSelection(policy.hostSelection);
  }

  onAnswer(stream: HttpStream, status: number, headers: HeaderMap): RetryDecision {
    return this.decide(this.wantsStatus(stream, status, headers));
  }

  onFailure(failure: AttemptFailure, requestBegan: boolean): RetryDecision {
    return this.decide(this.wantsFailure(failure, requestBegan));
  }

  /** Milliseconds until the next attempt: exponential, with full jitter. */
  nextBackOff(): number {
    const base = this.policy?.baseInterval_ms ?? 25;
    const most = this.policy?.maxInterval_ms ?? base * 10;
    const window = Math.min(most, base * (2 ** this.done - 1));
    return this.random.next() * window;
  }

  /** The attempt that was asked for ended. */
  release(): void {
    if (!this.holding) return;
    this.holding = false;
    this.resource.dec();
  }

  /** An answer that needs no further attempt is taken. */
  onSucceeded(): void {
    if (this.done > 0) this.cluster.stats.counters.upstream_rq_retry_success.value++;
  }

  private decide(wanted: boolean): RetryDecision {
    this.release();
    const { counters } = this.cluster.stats;
    if (!wanted) return 'no';
    if (this.left === 0) {
      counters.upstream_rq_retry_limit_exceeded.value++;
      return 'limit';
    }
    if (!this.resource.available) {
      counters.upstream_rq_retry_overflow.value++;
      return 'overflow';
    }
    this.left--;
    this.done++;
    this.resource.inc();
    this.holding = true;
    counters.upstream_rq_retry.value++;
    counters.upstream_rq_retry_backoff_exponential.value++;
    return 'yes';
  }

  private wantsStatus(stream: HttpStream, status: number, headers: HeaderMap): boolean {
    const { on } = this;
    if (headers.has('x-envoy-ratelimited')) return (on & RETRY_ON['envoy-ratelimited']) !== 0;
    if ((on & RETRY_ON['5xx']) !== 0 && status >= 500 && status < 600) return true;
    if ((on & RETRY_ON['gateway-error']) !== 0 && status >= 502 && status <= 504) return true;
    if ((on & RETRY_ON['retriable-4xx']) !== 0 && status === 409) return true;
    if ((on & RETRY_ON['retriable-status-codes']) !== 0 && this.statusCodes.includes(status)) return true;
    if ((on & RETRY_ON['retriable-headers']) !== 0 && this.wantsHeaders(stream, headers)) return true;
    const grpc = headers.get('grpc-status');
    return grpc !== undefined && GRPC_CONDITIONS.some(([bit, code]) => (on & bit) !== 0 && grpc === code);
  }

  private wantsHeaders(stream: HttpStream, headers: HeaderMap): boolean {
    const response = { method: stream.method, path: stream.path, host: stream.host, scheme: stream.scheme, headers };
    return this.policy?.retriableHeaders.some((matches) => matches(response)) ?? false;
  }

  private wantsFailure(failure: AttemptFailure, requestBegan: boolean): boolean {
    const { on } = this;
    if (failure === 'overflow') return false;
    if (failure === 'refused' && (on & RETRY_ON['refused-stream']) !== 0) return true;
    if (failure === 'timeout') return (on & (RETRY_ON['5xx'] | RETRY_ON['gateway-error'])) !== 0;
    if ((on & (RETRY_ON['5xx'] | RETRY_ON['gateway-error'] | RETRY_ON.reset)) !== 0) return true;
    if ((on & RETRY_ON['reset-before-request']) !== 0 && !requestBegan) return true;
    return (on & RETRY_ON['connect-failure']) !== 0 && failure === 'connect';
  }
}

const GRPC_CONDITIONS: readonly (readonly [number, string])[] = [
  [RETRY_ON.cancelled, '1'],
  [RETRY_ON['deadline-exceeded'], '4'],
  [RETRY_ON['resource-exhausted'], '8'],
  [RETRY_ON.internal, '13'],
  [RETRY_ON.unavailable, '14'],
];
