import type { Any } from '@bufbuild/protobuf/wkt';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { ProxyContext } from '../context.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { RouteContext } from '../route/route-context.js';

/** What the filters of one connection manager are made with. */
export interface FilterEnvironment {
  readonly context: ProxyContext;
  readonly clusters: ClusterLookup;
  /** The connection manager's. */
  readonly statPrefix: string;
}

/** Where one filter stands. */
export interface FilterSite extends FilterEnvironment {
  /** The filter's name, under which routes override it. */
  readonly name: string;
  /** Of its configuration, for errors. */
  readonly path: string;
}

/** Makes a filter of its configuration. @throws ConfigError */
export type MakeFilter = (config: Any, site: FilterSite) => HttpFilter;

/** Compiles what a route, virtual host or route configuration says to a filter. @throws ConfigError */
export type CompileOverride = (config: Any, path: string, context: RouteContext) => object;
