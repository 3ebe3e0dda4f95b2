import { WheelTimer } from '../../base/timer-wheel.js';
import type { FaultDelay } from '../../xds/types/gen/envoy/extensions/filters/common/fault/v3/fault_pb.js';
import {
  type FaultAbort,
  type HTTPFault,
  HTTPFaultSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { fractionOf, happens } from '../matching/fraction.js';
import { compileHeaderMatchers, type HeaderPredicate } from '../matching/header-matcher.js';
import { overrideOf } from '../route/filter-overrides.js';
import type { MakeFilter } from './http-filter-kind.js';

interface Delay {
  readonly fraction: number;
  /** undefined: the request's `x-envoy-fault-delay-request` says. */
  readonly fixed_ms: number | undefined;
}

interface Abort {
  readonly fraction: number;
  readonly status: number | undefined;
  readonly grpcStatus: number | undefined;
}

/** A fault configuration, compiled: of the filter, or of a route. */
export class FaultRules {
  readonly delay: Delay | undefined;
  readonly abort: Abort | undefined;
  private readonly headers: readonly HeaderPredicate[];
  private readonly upstreamCluster: string;
  private readonly nodes: ReadonlySet<string>;
  readonly maxActive: number;

  /** @throws ConfigError */
  constructor(config: HTTPFault, path: string) {
    this.delay = config.delay === undefined ? undefined : compileDelay(config.delay);
    this.abort = config.abort === undefined ? undefined : compileAbort(config.abort);
    this.headers = compileHeaderMatchers(config.headers, `${path}.headers`);
    this.upstreamCluster = config.upstreamCluster;
    this.nodes = new Set(config.downstreamNodes);
    this.maxActive = config.maxActiveFaults ?? Number.POSITIVE_INFINITY;
  }

  appliesTo(stream: HttpStream): boolean {
    if (this.upstreamCluster !== '' && stream.clusterName !== this.upstreamCluster) return false;
    if (this.nodes.size > 0 && !this.nodes.has(stream.headers.get('x-envoy-downstream-service-node') ?? ''))
      return false;
    return this.headers.every((matches) => matches(stream));
  }
}

function compileDelay(delay: FaultDelay): Delay {
  const fixed = delay.faultDelaySecifier;
  return {
    fraction: fractionOf(delay.percentage),
    fixed_ms: fixed.case === 'fixedDelay' ? milliseconds(fixed.value, 0) : undefined,
  };
}

function compileAbort(abort: FaultAbort): Abort {
  const kind = abort.errorType;
  return {
    fraction: fractionOf(abort.percentage),
    status: kind.case === 'httpStatus' ? kind.value : undefined,
    grpcStatus: kind.case === 'grpcStatus' ? kind.value : undefined,
  };
}

/** `envoy.filters.http.fault`: delays and aborts a share of the requests. */
export class FaultFilter implements HttpFilter {
  private active = 0;
  private readonly delays;
  private readonly aborts;
  private readonly overflow;
  private readonly activeGauge;

  static readonly make: MakeFilter = (config, { context, name, statPrefix, path }) =>
    new FaultFilter(name, context, new FaultRules(unpack(config, HTTPFaultSchema), path), statPrefix);

  private constructor(
    readonly name: string,
    private readonly context: ProxyContext,
    private readonly rules: FaultRules,
    statPrefix: string,
  ) {
    const prefix = `http.${statPrefix}.fault`;
    this.delays = context.stats.counter(`${prefix}.delays_injected`);
    this.aborts = context.stats.counter(`${prefix}.aborts_injected`);
    this.overflow = context.stats.counter(`${prefix}.faults_overflow`);
    this.activeGauge = context.stats.gauge(`${prefix}.active_faults`);
  }

  onRequest(stream: HttpStream): boolean {
    const rules = overrideOf(stream, this.name, FaultRules) ?? this.rules;
    if (rules.delay === undefined && rules.abort === undefined) return true;
    if (!rules.appliesTo(stream)) return true;
    const delay_ms = this.delayOf(stream, rules);
    if (delay_ms > 0) return this.delay(stream, rules, delay_ms);
    return !this.abort(stream, rules);
  }

  private delayOf(stream: HttpStream, rules: FaultRules): number {
    const { delay } = rules;
    if (delay === undefined) return 0;
    const fraction = delay.fixed_ms === undefined ? headerFraction(stream, 'delay', delay.fraction) : delay.fraction;
    if (!happens(fraction, this.context.random) || !this.mayStart(rules)) return 0;
    return delay.fixed_ms ?? numberOf(stream.headers.get('x-envoy-fault-delay-request')) ?? 0;
  }

  private delay(stream: HttpStream, rules: FaultRules, delay_ms: number): false {
    this.delays.value++;
    stream.flags |= FLAG.delayInjected;
    const end = this.start();
    const timer = new WheelTimer(() => {
      end();
      if (!this.abort(stream, rules)) stream.resume();
    });
    stream.cleanups.push(() => {
      this.context.wheel.cancel(timer);
      end();
    });
    this.context.wheel.arm(timer, delay_ms);
    return false;
  }

  /** @returns whether the request was answered */
  private abort(stream: HttpStream, rules: FaultRules): boolean {
    const { abort } = rules;
    if (abort === undefined) return false;
    const fixed = abort.status ?? (abort.grpcStatus === undefined ? undefined : 200);
    const status = fixed ?? numberOf(stream.headers.get('x-envoy-fault-abort-request'));
    const fraction = fixed === undefined ? headerFraction(stream, 'abort', abort.fraction) : abort.fraction;
    if (status === undefined || status < 200 || status > 599) return false;
    if (!happens(fraction, this.context.random) || !this.mayStart(rules)) return false;
    this.aborts.value++;
    if (abort.grpcStatus === undefined) {
      stream.localReply(status, 'fault filter abort', FLAG.faultInjected, 'fault_filter_abort');
    } else {
      const code = String(abort.grpcStatus);
      stream.localReply(status, '', FLAG.faultInjected, 'fault_filter_abort', (headers) => {
        headers.add('content-type', 'application/grpc');
        headers.add('grpc-status', code);
        headers.add('grpc-message', 'fault filter abort');
      });
    }
    return true;
  }

  private mayStart(rules: FaultRules): boolean {
    if (this.active < rules.maxActive) return true;
    this.overflow.value++;
    return false;
  }

  /** @returns what ends it; idempotent */
  private start(): () => void {
    let running = true;
    this.active++;
    this.activeGauge.value++;
    return () => {
      if (!running) return;
      running = false;
      this.active--;
      this.activeGauge.value--;
    };
  }
}

/** The percentage that a request asks for, at most what is configured. */
function headerFraction(stream: HttpStream, what: 'delay' | 'abort', most: number): number {
  const asked = numberOf(stream.headers.get(`x-envoy-fault-${what}-request-percentage`));
  return asked === undefined ? most : Math.min(most, asked / 100);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
