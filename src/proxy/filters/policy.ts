import type { Verdict } from '../../policy/index.js';
import { httpStatusOf, RPC_CODES, textOf } from '../../policy/index.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import type { PolicyStore } from '../policy/policy-store.js';
import { RequestAttributes } from '../policy/request-attributes.js';
import type { Counter } from '../stats/metrics.js';
import type { MakeFilter } from './http-filter-kind.js';

const OK = 0;
const RESOURCE_EXHAUSTED = RPC_CODES.indexOf('RESOURCE_EXHAUSTED');

/**
 * `trysail.filters.http.policy`: what Mixer's rules check and report, for requests that come to the workload beside the proxy. Which
 * rules these are comes as resources of its own, so that they change without a new listener.
 */
export class PolicyFilter implements HttpFilter {
  static readonly make: MakeFilter = (_config, { name, context, statPrefix }) => {
    const counter = (what: string): Counter => context.stats.counter(`http.${statPrefix}.policy.${what}`);
    return new PolicyFilter(name, context.policy, {
      allowed: counter('allowed'),
      denied: counter('denied'),
      failed: counter('failed'),
    });
  };

  private constructor(
    readonly name: string,
    private readonly store: PolicyStore,
    private readonly counters: Readonly<Record<'allowed' | 'denied' | 'failed', Counter>>,
  ) {}

  onRequest(stream: HttpStream): boolean {
    const { current } = this.store;
    if (current === undefined || !current.policy.checks) return true;
    // Not x-request-id: its repetitions are retries, which are charged, or a caller who does not want to be.
    const verdict = current.policy.check(this.attributesOf(stream, current), stream.streamId);
    if (!(verdict instanceof Promise)) return this.decide(stream, verdict);
    verdict.then(
      (later) => this.decideLater(stream, later),
      () => {
        // As Mixer's clients did by default: policy that cannot be asked refuses nobody.
        this.counters.failed.inc();
        stream.resume();
      },
    );
    return false;
  }

  onDone(stream: HttpStream): void {
    const { current } = this.store;
    if (current?.policy.reports) current.policy.report(this.attributesOf(stream, current));
  }

  private attributesOf(stream: HttpStream, current: NonNullable<PolicyStore['current']>): RequestAttributes {
    return new RequestAttributes(stream, this.store.callerAt(stream.socketConnection.remoteAddress), current);
  }

  private decideLater(stream: HttpStream, verdict: Verdict): void {
    if (this.decide(stream, verdict)) stream.resume();
  }

  private decide(stream: HttpStream, verdict: Verdict): boolean {
    if (verdict.code === OK) {
      this.counters.allowed.inc();
      return true;
    }
    this.counters.denied.inc();
    const flag = verdict.code === RESOURCE_EXHAUSTED ? FLAG.rateLimited : FLAG.unauthorized;
    stream.localReply(httpStatusOf(verdict), textOf(verdict), flag, 'policy_denied', undefined, verdict.code);
    return false;
  }
}
