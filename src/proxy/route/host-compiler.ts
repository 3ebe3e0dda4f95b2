import {
  type Route,
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost as VirtualHostConfig,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RouteConfiguration } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { ConfigError } from '../errors.js';
import { combineMutations, compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import { compileRouteTracing } from '../tracing/route-tracing.js';
import {
  type BoundFilterConfigCompiler,
  type FilterOverrides,
  NO_OVERRIDES,
  nestOverrides,
} from './filter-overrides.js';
import { compileRateLimits } from './rate-limits.js';
import { TO_HTTPS } from './redirect.js';
import { compileAction } from './route-action.js';
import type { RouteContext } from './route-context.js';
import type { RouteEntry, VirtualHost } from './route-entry.js';
import { compileRouteMatch, type RequestPredicate } from './route-match.js';
import type { RouteScope } from './route-scope.js';
import { compileVirtualClusters, RequestGroup } from './virtual-cluster.js';

export interface CompiledRoute {
  readonly matches: RequestPredicate;
  readonly entry: RouteEntry;
}

export interface CompiledHost {
  readonly name: string;
  readonly routes: readonly CompiledRoute[];
  /** Answers requests that came without TLS, where they are not wanted. */
  readonly toHttps: RouteEntry | undefined;
  readonly requireTls: 'no' | 'external' | 'all';
}

/** What one level, from the table to the route, changes in headers. */
interface Level {
  readonly request: HeaderMutation | undefined;
  readonly response: HeaderMutation | undefined;
}

/** Compiles the virtual hosts of one table. */
export class HostCompiler {
  private readonly overrides: FilterOverrides;
  private readonly level: Level;

  /** @throws ConfigError */
  constructor(
    private readonly table: RouteConfiguration,
    private readonly context: RouteContext,
    private readonly compileFilterConfig: BoundFilterConfigCompiler,
  ) {
    // each level is compiled once: its routes share what it has, such as a bucket of tokens
    this.overrides = nestOverrides(NO_OVERRIDES, table.typedPerFilterConfig, compileFilterConfig, '');
    this.level = levelOf(table, '');
  }

  /** @throws ConfigError */
  compile(config: VirtualHostConfig, path: string): CompiledHost {
    if (config.name === '') throw new ConfigError(`${path}.name`, 'value length must be at least 1 characters');
    if (config.domains.length === 0) throw new ConfigError(`${path}.domains`, 'value must contain at least 1 item(s)');
    const virtualHost: VirtualHost = {
      name: config.name,
      countAttempts: config.includeRequestAttemptCount,
      countAttemptsInResponse: config.includeAttemptCountInResponse,
      marksTimeoutRetries: config.includeIsTimeoutRetryHeader,
      rateLimits: compileRateLimits(config.rateLimits, `${path}.rate_limits`),
      groupOf: compileVirtualClusters(config, this.context.stats, path),
    };
    const overrides = nestOverrides(this.overrides, config.typedPerFilterConfig, this.compileFilterConfig, path);
    const level = levelOf(config, `${path}.`);
    const routes = config.routes.map((route, i) =>
      this.compileRoute({ route, config, virtualHost, overrides, level, path: `${path}.routes[${i}]` }),
    );
    const requireTls = REQUIRE_TLS[config.requireTls];
    return {
      name: config.name,
      routes,
      requireTls,
      toHttps: requireTls === 'no' ? undefined : redirectEntry(virtualHost, overrides),
    };
  }

  private compileRoute(within: {
    readonly route: Route;
    readonly config: VirtualHostConfig;
    readonly virtualHost: VirtualHost;
    readonly overrides: FilterOverrides;
    readonly level: Level;
    readonly path: string;
  }): CompiledRoute {
    const { route, config, virtualHost, overrides, path } = within;
    if (route.match === undefined) throw new ConfigError(`${path}.match`, 'value is required');
    const levels = [levelOf(route, `${path}.`), within.level, this.level];
    if (this.table.mostSpecificHeaderMutationsWins) levels.reverse();
    const mutateRequest = combineMutations(levels.map(({ request }) => request));
    const mutateResponse = combineMutations(levels.map(({ response }) => response));
    const compile = this.compileFilterConfig;
    const filterConfigs = nestOverrides(overrides, route.typedPerFilterConfig, compile, path);
    const scope: RouteScope = {
      table: this.table,
      vhost: config,
      route,
      context: this.context,
      mutateRequest,
      mutateResponse,
      nest: (level, at) => nestOverrides(filterConfigs, level, compile, at),
      checkCluster: (name, kind, at) => this.checkCluster(name, kind, at),
      path,
    };
    return {
      matches: compileRouteMatch(route.match, this.context, `${path}.match`),
      entry: {
        name: route.name,
        virtualHost,
        action: compileAction(scope),
        mutateRequest,
        mutateResponse,
        filterConfigs,
        tracing: compileRouteTracing(route, path),
        group: this.groupOf(route, config),
        metadata: route.metadata?.filterMetadata ?? {},
      },
    };
  }

  private groupOf({ statPrefix }: Route, { name }: VirtualHostConfig): RequestGroup | undefined {
    const { stats } = this.context;
    if (statPrefix === '' || stats === undefined) return undefined;
    return new RequestGroup('', stats, `vhost.${name}.route.${statPrefix}`);
  }

  private checkCluster(name: string, kind: string, path: string): void {
    const { hasCluster, inline } = this.context;
    const checks = this.table.validateClusters ?? inline ?? false;
    if (checks && hasCluster !== undefined && !hasCluster(name))
      throw new ConfigError(path, `route: unknown ${kind} '${name}'`);
  }
}

const REQUIRE_TLS: Readonly<Record<TlsRequirement, CompiledHost['requireTls']>> = {
  [TlsRequirement.NONE]: 'no',
  [TlsRequirement.EXTERNAL_ONLY]: 'external',
  [TlsRequirement.ALL]: 'all',
};

type Mutations = Pick<
  Route,
  'requestHeadersToAdd' | 'requestHeadersToRemove' | 'responseHeadersToAdd' | 'responseHeadersToRemove'
>;

function levelOf(level: Mutations, prefix: string): Level {
  return {
    request: compileMutations(
      level.requestHeadersToAdd,
      level.requestHeadersToRemove,
      `${prefix}request_headers_to_add`,
    ),
    response: compileMutations(
      level.responseHeadersToAdd,
      level.responseHeadersToRemove,
      `${prefix}response_headers_to_add`,
    ),
  };
}

function redirectEntry(virtualHost: VirtualHost, filterConfigs: FilterOverrides): RouteEntry {
  return {
    name: '',
    virtualHost,
    action: TO_HTTPS,
    mutateRequest: undefined,
    mutateResponse: undefined,
    filterConfigs,
    tracing: undefined,
    group: undefined,
    metadata: {},
  };
}
