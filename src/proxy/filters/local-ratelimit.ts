import {
  type LocalRateLimit,
  LocalRateLimitSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { happens } from '../matching/fraction.js';
import type { FluidBucket } from '../ratelimit/fluid-bucket.js';
import { compileLimiterPlan, type LimiterPlan, LocalLimiter } from '../ratelimit/local-limiter.js';
import { overrideOf } from '../route/filter-overrides.js';
import { descriptorsOf, type VirtualHostLimits } from '../route/rate-limits.js';
import type { Runtime } from '../runtime/runtime.js';
import { type RuntimeNumber, runtimeFraction } from '../runtime/runtime-values.js';
import type { StatsStore } from '../stats/store.js';
import type { CompileOverride, MakeFilter } from './http-filter-kind.js';

const RESOURCE_EXHAUSTED = 8;
/** Envoy: a status below is taken for the usual one. */
const STATUS_MIN = 400;
const STATUS_USUAL = 429;

/** The limits of the filter, or of a route. */
export class LocalRateLimitRules {
  readonly plan: LimiterPlan;
  readonly status: number;
  readonly grpcStatus: number | undefined;
  readonly enabled: RuntimeNumber;
  readonly enforced: RuntimeNumber;
  readonly passed: HeaderMutation | undefined;
  readonly refused: HeaderMutation | undefined;
  private shared: LocalLimiter | undefined;

  /** @throws ConfigError */
  constructor(
    readonly config: LocalRateLimit,
    runtime: Runtime,
    path: string,
  ) {
    const always = config.alwaysConsumeDefaultTokenBucket ?? true;
    this.plan = compileLimiterPlan(config.tokenBucket, config.descriptors, always, path);
    const status = config.status?.code ?? 0;
    this.status = status < STATUS_MIN ? STATUS_USUAL : status;
    this.grpcStatus = config.rateLimitedAsResourceExhausted ? RESOURCE_EXHAUSTED : undefined;
    this.enabled = runtimeFraction(config.filterEnabled, runtime, 0);
    this.enforced = runtimeFraction(config.filterEnforced, runtime, 0);
    const not = `${path}.request_headers_to_add_when_not_enforced`;
    this.passed = compileMutations(config.requestHeadersToAddWhenNotEnforced, [], not);
    this.refused = compileMutations(config.responseHeadersToAdd, [], `${path}.response_headers_to_add`);
  }

  static readonly compileOverride: CompileOverride = (any, path, { runtime }) => {
    const config = unpack(any, LocalRateLimitSchema);
    if (config.tokenBucket === undefined)
      throw new ConfigError(`${path}.token_bucket`, 'must be set in what a route says');
    return new LocalRateLimitRules(config, runtime, path);
  };

  /** The buckets that all requests share. */
  limiter(now_ms: number): LocalLimiter {
    this.shared ??= new LocalLimiter(this.plan, now_ms);
    return this.shared;
  }
}

/** `envoy.filters.http.local_ratelimit`: refuses requests beyond what buckets of tokens admit. */
export class LocalRateLimitFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, { name, context, path }) =>
    new LocalRateLimitFilter(
      name,
      context,
      new LocalRateLimitRules(unpack(any, LocalRateLimitSchema), context.runtime, path),
    );

  /** Limits of one downstream connection each. */
  private readonly ofConnections = new WeakMap<object, LocalLimiter>();
  /** Requests whose answers tell of their bucket. */
  private readonly told = new Map<HttpStream, FluidBucket>();

  private constructor(
    readonly name: string,
    private readonly context: ProxyContext,
    private readonly rules: LocalRateLimitRules,
  ) {
    for (const stat of ['enabled', 'ok', 'rate_limited', 'enforced']) count(context.stats, rules, stat, 0);
  }

  onRequest(stream: HttpStream): boolean {
    const rules = overrideOf(stream, this.name, LocalRateLimitRules) ?? this.rules;
    const { random, stats } = this.context;
    if (!happens(rules.enabled(), random)) return true;
    count(stats, rules, 'enabled');
    if (this.admits(stream, rules)) {
      count(stats, rules, 'ok');
      return true;
    }
    count(stats, rules, 'rate_limited');
    if (!happens(rules.enforced(), random)) {
      rules.passed?.(stream.headers, stream);
      return true;
    }
    count(stats, rules, 'enforced');
    stream.localReply(
      rules.status,
      'local_rate_limited',
      FLAG.rateLimited,
      'local_rate_limited',
      (headers) => rules.refused?.(headers, stream),
      rules.grpcStatus,
    );
    return false;
  }

  onResponse(stream: HttpStream): void {
    const bucket = this.told.get(stream);
    const headers = stream.responseHeaders;
    if (bucket === undefined || headers === undefined) return;
    const now_ms = this.context.clock.monotonic_ms();
    headers.add('x-ratelimit-limit', String(bucket.size.max));
    headers.add('x-ratelimit-remaining', String(bucket.remaining(now_ms)));
    headers.add('x-ratelimit-reset', String(Math.ceil(bucket.wait_ms(now_ms) / 1000)));
  }

  onDone(stream: HttpStream): void {
    this.told.delete(stream);
  }

  private admits(stream: HttpStream, rules: LocalRateLimitRules): boolean {
    const { config } = rules;
    const now_ms = this.context.clock.monotonic_ms();
    const limiter = config.localRateLimitPerDownstreamConnection
      ? this.ofConnection(stream.socketConnection, rules, now_ms)
      : rules.limiter(now_ms);
    const hosts = VIRTUAL_HOST_LIMITS[config.vhRateLimits];
    const descriptors = rules.plan.special.size === 0 ? [] : descriptorsOf(stream, config.stage, hosts ?? 'override');
    const { allowed, bucket } = limiter.admit(descriptors, now_ms);
    if (bucket !== undefined && config.enableXRatelimitHeaders !== 0) this.told.set(stream, bucket);
    return allowed;
  }

  private ofConnection(connection: object, rules: LocalRateLimitRules, now_ms: number): LocalLimiter {
    let limiter = this.ofConnections.get(connection);
    if (limiter === undefined) {
      limiter = new LocalLimiter(rules.plan, now_ms);
      this.ofConnections.set(connection, limiter);
    }
    return limiter;
  }
}

/** By the enum's numbers. */
const VIRTUAL_HOST_LIMITS: readonly VirtualHostLimits[] = ['override', 'include', 'ignore'];

function count(stats: StatsStore, rules: LocalRateLimitRules, what: string, by = 1): void {
  stats.counter(`${rules.config.statPrefix}.http_local_rate_limit.${what}`).value += by;
}
