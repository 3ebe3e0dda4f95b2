import type { JsonObject } from '@bufbuild/protobuf';
import type { HeaderMutation } from '../format/header-mutations.js';
import type { RouteTracing } from '../tracing/route-tracing.js';
import type { FilterOverrides } from './filter-overrides.js';
import type { RateLimitRules } from './rate-limits.js';
import type { RouteAction } from './route-action.js';
import type { FindGroup, RequestGroup } from './virtual-cluster.js';

export interface VirtualHost {
  readonly name: string;
  readonly countAttempts: boolean;
  readonly countAttemptsInResponse: boolean;
  /** Attempts after a timeout say so. */
  readonly marksTimeoutRetries: boolean;
  readonly rateLimits: RateLimitRules;
  /** Undefined without virtual clusters. */
  readonly groupOf: FindGroup | undefined;
}

/** What a request is answered by. */
export interface RouteEntry {
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly action: RouteAction;
  /** Of the route, its virtual host and the table; a forwarded request's choice of cluster has its own on top. */
  readonly mutateRequest: HeaderMutation | undefined;
  readonly mutateResponse: HeaderMutation | undefined;
  readonly filterConfigs: FilterOverrides;
  readonly tracing: RouteTracing | undefined;
  /** Of the route's `stat_prefix`. */
  readonly group: RequestGroup | undefined;
  /** By namespace. */
  readonly metadata: Readonly<Record<string, JsonObject>>;
}
