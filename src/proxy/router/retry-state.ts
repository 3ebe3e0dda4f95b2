import type { Random } from '../../base/random.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Resource } from '../cluster/resources.js';
import type { HttpStream } from '../http/http-stream.js';
import { BASE_INTERVAL_MS, type RetryPolicy } from '../route/retry-policy.js';
import { HostSelection } from './host-selection.js';
import { conditionsOf, type RetryConditions, wantsAnswer, wantsFailure } from './retry-conditions.js';

/** Why an attempt got no usable answer; `refused` is a stream that the upstream did not begin. */
export type AttemptFailure = 'connect' | 'overflow' | 'reset' | 'refused' | 'timeout' | 'protocol';

export type RetryDecision = 'no' | 'yes' | 'overflow' | 'limit';

/** What one request may still retry. */
export class RetryState {
  private left: number;
  private done = 0;
  private holding = false;
  /** The latest attempt ended by its time limit. */
  afterTimeout = false;
  /** Where retries may go; undefined: where any request would. */
  readonly selection: HostSelection | undefined;
  private readonly resource: Resource;
  /** What the answer said about when to come again. */
  private interval_ms: number | undefined;

  /** @returns undefined when nothing may be retried */
  static of(
    stream: HttpStream,
    policy: RetryPolicy | undefined,
    cluster: Cluster,
    priority: number,
    random: Random,
  ): RetryState | undefined {
    if (policy === undefined && !stream.internal) return undefined;
    const conditions = conditionsOf(stream, policy);
    return conditions === undefined ? undefined : new RetryState(stream, policy, conditions, cluster, priority, random);
  }

  private constructor(
    private readonly stream: HttpStream,
    private readonly policy: RetryPolicy | undefined,
    private readonly conditions: RetryConditions,
    private readonly cluster: Cluster,
    priority: number,
    private readonly random: Random,
  ) {
    this.left = conditions.retries;
    this.resource = cluster.resources[priority]!.retries;
    this.selection = policy?.hostSelection === undefined ? undefined : new HostSelection(policy.hostSelection);
  }

  onAnswer(stream: HttpStream, status: number, headers: HeaderMap): RetryDecision {
    this.afterTimeout = false;
    const now_ms = this.stream.manager.context.clock.now();
    this.interval_ms = this.policy?.resetInterval?.(headers, now_ms);
    return this.decide(wantsAnswer(this.conditions, stream, status, headers));
  }

  onFailure(failure: AttemptFailure): RetryDecision {
    this.afterTimeout = failure === 'timeout';
    this.interval_ms = undefined;
    return this.decide(wantsFailure(this.conditions, failure));
  }

  /** Milliseconds until the next attempt: exponential, with full jitter, or what the answer asked for and up to half more. */
  nextBackOff(): number {
    if (this.interval_ms !== undefined) return this.interval_ms + this.random.next() * (this.interval_ms / 2);
    const base_ms = this.policy?.baseInterval_ms ?? BASE_INTERVAL_MS;
    const most_ms = this.policy?.maxInterval_ms ?? base_ms * 10;
    const window_ms = Math.min(most_ms, base_ms * (2 ** this.done - 1));
    return this.random.next() * window_ms;
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
    if (this.interval_ms === undefined) counters.upstream_rq_retry_backoff_exponential.value++;
    else counters.upstream_rq_retry_backoff_ratelimited.value++;
    return 'yes';
  }
}
