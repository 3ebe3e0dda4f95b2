import {
  type HealthCheck,
  HealthCheckSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { compileHeaderMatchers, type HeaderPredicate } from '../matching/header-matcher.js';
import type { FilterSite, MakeFilter } from './http-filter-kind.js';

/** The last answer of the service, while it is fresh. */
interface CachedAnswer {
  readonly status: number;
  readonly degraded: boolean;
  readonly until_ms: number;
}

/** `envoy.filters.http.health_check`: answers health checks itself, or passes them on and remembers the answer. */
export class HealthCheckFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, site) => new HealthCheckFilter(unpack(any, HealthCheckSchema), site);

  readonly name: string;
  private readonly passThrough: boolean;
  private readonly cache_ms: number;
  private readonly matchers: readonly HeaderPredicate[];
  private readonly minimums: readonly (readonly [cluster: string, percent: number])[];
  private cached: CachedAnswer | undefined;

  private constructor(
    config: HealthCheck,
    private readonly site: FilterSite,
  ) {
    const { path } = site;
    this.name = site.name;
    this.passThrough = config.passThroughMode ?? false;
    this.cache_ms = milliseconds(config.cacheTime, 0);
    this.matchers = compileHeaderMatchers(config.headers, `${path}.headers`);
    this.minimums = Object.entries(config.clusterMinHealthyPercentages).map(([name, { value }]) => [name, value]);
    if (!this.passThrough && this.cache_ms > 0)
      throw new ConfigError(`${path}.cache_time`, 'must not be set when pass_through_mode is not enabled');
    if (this.passThrough && this.minimums.length > 0) {
      const field = `${path}.cluster_min_healthy_percentages`;
      throw new ConfigError(field, 'must not be set when pass_through_mode is enabled');
    }
  }

  onRequest(stream: HttpStream): boolean {
    if (!this.matchers.every((matches) => matches(stream))) return true;
    stream.healthCheck = true;
    if (this.passThrough && !this.failed && this.fresh() === undefined) return true;
    // Envoy answers when all of the request came
    if (stream.requestDone) this.answer(stream);
    else stream.bufferRequest(Number.POSITIVE_INFINITY, () => this.answer(stream));
    return false;
  }

  onResponse(stream: HttpStream): void {
    const headers = stream.responseHeaders;
    if (headers === undefined) return;
    if (this.failed) headers.set('x-envoy-immediate-health-check-fail', 'true');
    if (!stream.healthCheck) return;
    if (this.cache_ms > 0 && this.fresh() === undefined) {
      const until_ms = this.now_ms() + this.cache_ms;
      this.cached = { status: stream.status, degraded: headers.has('x-envoy-degraded'), until_ms };
    }
    headers.set('x-envoy-upstream-healthchecked-cluster', this.site.context.node.cluster);
  }

  private get failed(): boolean {
    return this.site.context.lifecycle.healthFailed;
  }

  private now_ms(): number {
    return this.site.context.clock.monotonic_ms();
  }

  private fresh(): CachedAnswer | undefined {
    return this.cached !== undefined && this.now_ms() < this.cached.until_ms ? this.cached : undefined;
  }

  private answer(stream: HttpStream): void {
    const cached = this.fresh();
    const [status, details] = this.verdict(cached);
    const flags = status >= 200 && status < 300 ? 0 : FLAG.localHealthCheckFailed;
    stream.localReply(status, '', flags, details, (headers) => {
      if (cached?.degraded === true && !this.failed) headers.add('x-envoy-degraded', '');
    });
  }

  private verdict(cached: CachedAnswer | undefined): readonly [status: number, details: string] {
    if (this.failed) return [503, 'health_check_failed'];
    if (cached !== undefined) return [cached.status, 'health_check_cached'];
    for (const [name, percent] of this.minimums) {
      const cluster = this.site.clusters.get(name);
      if (cluster === undefined) return [503, 'health_check_failed_no_cluster_found'];
      const total = cluster.stats.gauges.membership_total.value;
      if (total === 0 && percent > 0) return [503, 'health_check_failed_cluster_empty'];
      if (cluster.stats.gauges.membership_healthy.value < (total * percent) / 100)
        return [503, 'health_check_failed_cluster_unhealthy'];
    }
    return [200, this.minimums.length > 0 ? 'health_check_ok_cluster_healthy' : 'health_check_ok'];
  }
}
