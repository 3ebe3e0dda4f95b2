import type { JsonObject } from '@bufbuild/protobuf';
import type {
  Route,
  VirtualHost as VirtualHostConfig,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RouteConfiguration } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { combineMutations, compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { compileRouteTracing, type RouteTracing } from '../tracing/route-tracing.js';
import { DomainTable } from './domain-table.js';
import {
  type BoundFilterConfigCompiler,
  type FilterConfigCompiler,
  type FilterOverrides,
  NO_OVERRIDES,
  nestOverrides,
} from './filter-overrides.js';
import { compileRateLimits, type RateLimitRules } from './rate-limits.js';
import { compileAction, compileMirrors, type RouteAction } from './route-action.js';
import type { RouteContext } from './route-context.js';
import { compileRouteMatch, type RequestPredicate } from './route-match.js';

export interface VirtualHost {
  readonly name: string;
  readonly countAttempts: boolean;
  readonly countAttemptsInResponse: boolean;
  readonly rateLimits: RateLimitRules;
}

export interface RouteEntry {
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly action: RouteAction;
  readonly mutateRequest: HeaderMutation | undefined;
  readonly mutateResponse: HeaderMutation | undefined;
  readonly filterConfigs: FilterOverrides;
  readonly tracing: RouteTracing | undefined;
  /** By namespace. */
  readonly metadata: Readonly<Record<string, JsonObject>>;
}

interface CompiledRoute {
  readonly matches: RequestPredicate;
  readonly entry: RouteEntry;
}

interface CompiledHost {
  readonly routes: readonly CompiledRoute[];
}

/** A RouteConfiguration, compiled. */
export class RouteTable {
  readonly name: string;
  private readonly domains = new DomainTable<CompiledHost>();
  private readonly ignorePort: boolean;
  private readonly overrides: FilterOverrides;
  private readonly compileFilterConfig: BoundFilterConfigCompiler;

  /** @throws ConfigError with the path of the field */
  constructor(
    readonly config: RouteConfiguration,
    private readonly context: RouteContext,
    compileFilterConfig: FilterConfigCompiler,
  ) {
    this.compileFilterConfig = (override, path) => compileFilterConfig(override, path, context);
    this.name = config.name;
    this.ignorePort = config.ignorePortInHostMatching;
    // each level is compiled once: its routes share what it has, such as a bucket of tokens
    this.overrides = nestOverrides(NO_OVERRIDES, config.typedPerFilterConfig, this.compileFilterConfig, '');
    config.virtualHosts.forEach((vhost, i) => {
      const path = `virtual_hosts[${i}]`;
      const compiled = this.compileHost(vhost, path);
      vhost.domains.forEach((domain, j) => {
        this.domains.add(domain, compiled, `${path}.domains[${j}]`);
      });
    });
  }

  find(request: RequestHeaders): RouteEntry | undefined {
    const vhost = this.domains.find(this.ignorePort ? withoutPort(request.host) : request.host);
    if (vhost === undefined) return undefined;
    for (const route of vhost.routes) if (route.matches(request)) return route.entry;
    return undefined;
  }

  private compileHost(config: VirtualHostConfig, path: string): CompiledHost {
    const virtualHost: VirtualHost = {
      name: config.name,
      countAttempts: config.includeRequestAttemptCount,
      countAttemptsInResponse: config.includeAttemptCountInResponse,
      rateLimits: compileRateLimits(config.rateLimits, `${path}.rate_limits`),
    };
    const overrides = nestOverrides(this.overrides, config.typedPerFilterConfig, this.compileFilterConfig, path);
    return {
      routes: config.routes.map((route, i) =>
        this.compileRoute(route, config, virtualHost, overrides, `${path}.routes[${i}]`),
      ),
    };
  }

  private compileRoute(
    route: Route,
    host: VirtualHostConfig,
    virtualHost: VirtualHost,
    outer: FilterOverrides,
    path: string,
  ): CompiledRoute {
    const inherited =
      host.requestMirrorPolicies.length > 0 ? host.requestMirrorPolicies : this.config.requestMirrorPolicies;
    const levels = [route, host, this.config];
    if (this.config.mostSpecificHeaderMutationsWins) levels.reverse();
    const requests = levels.map((level) =>
      compileMutations(level.requestHeadersToAdd, level.requestHeadersToRemove, `${path}.request_headers_to_add`),
    );
    const responses = levels.map((level) =>
      compileMutations(level.responseHeadersToAdd, level.responseHeadersToRemove, `${path}.response_headers_to_add`),
    );
    const compile = this.compileFilterConfig;
    const filterConfigs = nestOverrides(outer, route.typedPerFilterConfig, compile, path);
    const match = route.match!;
    return {
      matches: compileRouteMatch(match, this.context, `${path}.match`),
      entry: {
        name: route.name,
        virtualHost,
        action: compileAction(
          route,
          host,
          compileMirrors(inherited),
          (level, at) => nestOverrides(filterConfigs, level, compile, at),
          path,
        ),
        mutateRequest: combineMutations(requests),
        mutateResponse: combineMutations(responses),
        filterConfigs,
        tracing: compileRouteTracing(route, path),
        metadata: route.metadata?.filterMetadata ?? {},
      },
    };
  }
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || host.endsWith(']')) return host;
  return host.slice(0, colon);
}
