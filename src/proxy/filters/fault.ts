import { WheelTimer } from '../../base/timer-wheel.js';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { happens } from '../matching/fraction.js';
import { overrideOf } from '../route/filter-overrides.js';
import { FaultRules } from './fault-rules.js';
import type { MakeFilter } from './http-filter-kind.js';

type Injection = 'delays_injected' | 'aborts_injected' | 'response_rl_injected';

/** `envoy.filters.http.fault`: delays, aborts and slows a share of the requests. */
export class FaultFilter implements HttpFilter {
  static readonly make: MakeFilter = (config, { context, name, statPrefix, path }) =>
    new FaultFilter(name, context, new FaultRules(unpack(config, HTTPFaultSchema), context.runtime, path), statPrefix);

  private readonly prefix: string;
  private readonly injected;
  private readonly overflow;
  private readonly active;

  private constructor(
    readonly name: string,
    private readonly context: ProxyContext,
    private readonly rules: FaultRules,
    statPrefix: string,
  ) {
    this.prefix = `http.${statPrefix}.fault`;
    const counter = (stat: string) => context.stats.counter(`${this.prefix}.${stat}`);
    this.injected = {
      delays_injected: counter('delays_injected'),
      aborts_injected: counter('aborts_injected'),
      response_rl_injected: counter('response_rl_injected'),
    };
    this.overflow = counter('faults_overflow');
    this.active = context.stats.gauge(`${this.prefix}.active_faults`);
  }

  onRequest(stream: HttpStream): boolean {
    const rules = overrideOf(stream, this.name, FaultRules) ?? this.rules;
    if (rules.empty) return true;
    if (this.active.value >= rules.maxActive()) {
      this.overflow.value++;
      return true;
    }
    if (!rules.appliesTo(stream)) return true;
    const begin = this.beginning(stream, rules);
    this.limitRate(stream, rules, begin);
    const delay_ms = this.draw(stream, rules.delay) ?? 0;
    if (delay_ms > 0) {
      this.delay(stream, rules, delay_ms, begin);
      return false;
    }
    return !this.abort(stream, rules, begin);
  }

  /** The value of a fault for this request, when chance has it. */
  private draw<T>(
    stream: HttpStream,
    fault: { fraction(stream: HttpStream): number; value(stream: HttpStream): T | undefined } | undefined,
  ): T | undefined {
    if (fault === undefined || !happens(fault.fraction(stream), this.context.random)) return undefined;
    return fault.value(stream);
  }

  /** @returns what notes a fault; however many a request meets, it counts as one that is active, until it ends */
  private beginning(stream: HttpStream, rules: FaultRules): (what: Injection) => void {
    let counted = false;
    const cluster = rules.perCluster ? (stream.headers.get('x-envoy-downstream-service-cluster') ?? '') : '';
    return (what) => {
      this.injected[what].value++;
      if (cluster !== '' && what !== 'response_rl_injected')
        this.context.stats.counter(`${this.prefix}.${cluster}.${what}`).inc();
      if (rules.metadata !== undefined && what !== 'response_rl_injected')
        stream.metadata.set(this.name, rules.metadata);
      if (counted) return;
      counted = true;
      this.active.value++;
      stream.cleanups.push(() => this.active.dec());
    };
  }

  private limitRate(stream: HttpStream, rules: FaultRules, begin: (what: Injection) => void): void {
    const rate_kbps = this.draw(stream, rules.rate);
    if (rate_kbps === undefined) return;
    begin('response_rl_injected');
    stream.limitRate(rate_kbps);
  }

  private delay(stream: HttpStream, rules: FaultRules, delay_ms: number, begin: (what: Injection) => void): void {
    begin('delays_injected');
    stream.flags |= FLAG.delayInjected;
    const timer = new WheelTimer(() =>
      stream.guard(() => {
        if (!this.abort(stream, rules, begin)) stream.resume();
      }),
    );
    stream.cleanups.push(() => this.context.wheel.cancel(timer));
    this.context.wheel.arm(timer, delay_ms);
  }

  /** @returns whether the request was answered */
  private abort(stream: HttpStream, rules: FaultRules, begin: (what: Injection) => void): boolean {
    const abort = this.draw(stream, rules.abort);
    if (abort === undefined) return false;
    begin('aborts_injected');
    const { status, grpcStatus } = abort;
    stream.localReply(status, 'fault filter abort', FLAG.faultInjected, 'fault_filter_abort', undefined, grpcStatus);
    return true;
  }
}
