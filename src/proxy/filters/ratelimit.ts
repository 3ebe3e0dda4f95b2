import { HeaderMap } from '../../wire/http1/index.js';
import {
  type RateLimit,
  type RateLimitPerRoute,
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js';
import {
  RateLimitResponse_Code as Code,
  type RateLimitResponse,
} from '../../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';
import type { Cluster } from '../cluster/cluster.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import { GRPC_STATUS } from '../http/grpc-reply.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { askRateLimit, SHOULD_RATE_LIMIT } from '../ratelimit/rate-limit-service.js';
import { addRateLimitHeaders } from '../ratelimit/x-ratelimit-headers.js';
import { overrideOf } from '../route/filter-overrides.js';
import { descriptorsOf, type VirtualHostLimits } from '../route/rate-limits.js';
import { ClusterClient } from '../router/cluster-client.js';
import type { GrpcMethod } from '../router/grpc-call.js';
import { compileGrpcMethod } from '../router/grpc-service.js';
import type { CompileOverride, FilterSite, MakeFilter } from './http-filter-kind.js';

const TIMEOUT_MS = 20;
const STATUS_MIN = 400;
const STATUS_USUAL = 429;

/** What a route says. */
export class RateLimitRoute {
  readonly domain: string;
  readonly hosts: VirtualHostLimits;

  constructor(config: RateLimitPerRoute) {
    this.domain = config.domain;
    // by the enums' numbers; the newer field has one more in front: to take the older one's
    const option = config.overrideOption === 0 ? config.vhRateLimits + 1 : config.overrideOption;
    this.hosts = OVERRIDE_OPTIONS[option] ?? 'override';
  }

  static readonly compileOverride: CompileOverride = (any) => new RateLimitRoute(unpack(any, RateLimitPerRouteSchema));
}

const OVERRIDE_OPTIONS: readonly VirtualHostLimits[] = ['override', 'override', 'include', 'ignore'];

/** `envoy.filters.http.ratelimit`: asks a rate limit service whether a request may pass. */
export class RateLimitFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, site) => new RateLimitFilter(unpack(any, RateLimitSchema), site);

  readonly name: string;
  private readonly client: ClusterClient;
  private readonly method: GrpcMethod;
  private readonly status: number;
  private readonly errorStatus: number;
  private readonly refused: HeaderMutation | undefined;
  private readonly stats: string;
  /** What the service adds to answers that come from elsewhere. */
  private readonly pending = new Map<HttpStream, HeaderMap>();

  private constructor(
    private readonly config: RateLimit,
    private readonly site: FilterSite,
  ) {
    const { path } = site;
    this.name = site.name;
    this.client = new ClusterClient(site.context, site.clusters);
    const timeout_ms = milliseconds(config.timeout, TIMEOUT_MS);
    const service = config.rateLimitService?.grpcService;
    const method = compileGrpcMethod(service, SHOULD_RATE_LIMIT, timeout_ms, `${path}.rate_limit_service.grpc_service`);
    this.method = { ...method, timeout_ms };
    if (!['', 'both', 'internal', 'external'].includes(config.requestType))
      throw new ConfigError(`${path}.request_type`, 'must be internal, external or both');
    const status = config.rateLimitedStatus?.code ?? 0;
    this.status = status < STATUS_MIN ? STATUS_USUAL : status;
    this.errorStatus = config.statusOnError?.code || 500;
    this.refused = compileMutations(config.responseHeadersToAdd, [], `${path}.response_headers_to_add`);
    this.stats = config.statPrefix === '' ? 'ratelimit' : `ratelimit.${config.statPrefix}`;
  }

  onRequest(stream: HttpStream): boolean {
    const { requestType, stage } = this.config;
    if (requestType === (stream.internal ? 'external' : 'internal')) return true;
    const cluster = this.site.clusters.get(stream.clusterName);
    if (cluster === undefined) return true;
    const route = overrideOf(stream, this.name, RateLimitRoute);
    const descriptors = descriptorsOf(stream, stage, route?.hosts ?? 'override');
    if (descriptors.length === 0) return true;
    let waits = true;
    let held = false;
    const call = askRateLimit(this.client, this.method, route?.domain || this.config.domain, descriptors, (answer) =>
      stream.guard(() => {
        waits = false;
        if (this.passes(stream, cluster, answer) && held) stream.resume();
      }),
    );
    if (!waits) return !stream.done;
    held = true;
    stream.cleanups.push(() => call.cancel());
    return false;
  }

  onResponse(stream: HttpStream): void {
    const headers = this.pending.get(stream);
    headers?.forEach((name, value) => {
      stream.responseHeaders?.add(name, value);
    });
  }

  onDone(stream: HttpStream): void {
    this.pending.delete(stream);
  }

  /** @returns whether the request may go on; otherwise it is answered */
  private passes(stream: HttpStream, cluster: Cluster, answer: RateLimitResponse | undefined): boolean {
    if (answer === undefined || answer.overallCode === Code.UNKNOWN) return this.passesWithoutAnswer(stream, cluster);
    if (answer.dynamicMetadata !== undefined && Object.keys(answer.dynamicMetadata).length > 0)
      stream.metadata.set(this.name, answer.dynamicMetadata);
    const headers = new HeaderMap();
    for (const { key, value } of answer.responseHeadersToAdd) headers.add(key.toLowerCase(), value);
    const limited = answer.overallCode === Code.OVER_LIMIT;
    this.count(cluster, limited ? 'over_limit' : 'ok');
    if (limited && !this.config.disableXEnvoyRatelimitedHeader) headers.set('x-envoy-ratelimited', 'true');
    if (this.config.enableXRatelimitHeaders !== 0) addRateLimitHeaders(headers, answer);
    if (limited) {
      this.refuse(stream, cluster, headers, answer);
      return false;
    }
    for (const { key, value } of answer.requestHeadersToAdd) stream.headers.add(key.toLowerCase(), value);
    if (headers.size > 0) this.pending.set(stream, headers);
    return true;
  }

  private passesWithoutAnswer(stream: HttpStream, cluster: Cluster): boolean {
    this.count(cluster, 'error');
    if (!this.config.failureModeDeny) {
      this.count(cluster, 'failure_mode_allowed');
      return true;
    }
    stream.localReply(this.errorStatus, '', FLAG.rateLimitServiceError, 'rate_limiter_error');
    return false;
  }

  private refuse(stream: HttpStream, cluster: Cluster, added: HeaderMap, answer: RateLimitResponse): void {
    const { codes, internalCodes, counters } = cluster.stats;
    counters.upstream_rq_completed.value++;
    codes.charge(this.status);
    internalCodes.charge(this.status);
    const grpcStatus = this.config.rateLimitedAsResourceExhausted ? GRPC_STATUS.resourceExhausted : undefined;
    const body = Buffer.from(answer.rawBody).toString('latin1');
    const decorate = (headers: HeaderMap): void => {
      if (added.has('content-type')) headers.delete('content-type');
      added.forEach((name, value) => {
        headers.add(name, value);
      });
      this.refused?.(headers, stream);
    };
    stream.localReply(this.status, body, FLAG.rateLimited, 'request_rate_limited', decorate, grpcStatus);
  }

  private count(cluster: Cluster, what: string): void {
    this.site.context.stats.counter(`cluster.${cluster.name}.${this.stats}.${what}`).inc();
  }
}
