import type { Any } from '@bufbuild/protobuf/wkt';
import type { Route, VirtualHost } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RouteConfiguration } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import type { HeaderMutation } from '../format/header-mutations.js';
import type { FilterOverrides } from './filter-overrides.js';
import type { RouteContext } from './route-context.js';

/** What one route is compiled within. */
export interface RouteScope {
  readonly table: RouteConfiguration;
  readonly vhost: VirtualHost;
  readonly route: Route;
  readonly context: RouteContext;
  /** What the route, its virtual host and the table change in headers, in the order of `most_specific_header_mutations_wins`. */
  readonly mutateRequest: HeaderMutation | undefined;
  readonly mutateResponse: HeaderMutation | undefined;
  /** What a level within the route says to filters, over what the route says. @throws ConfigError */
  readonly nest: (level: Readonly<Record<string, Any>>, path: string) => FilterOverrides;
  /** Refuses a cluster that does not exist, where clusters are to be checked. @throws ConfigError */
  readonly checkCluster: (name: string, kind: string, path: string) => void;
  /** Of the route: `virtual_hosts[0].routes[1]`. */
  readonly path: string;
}
