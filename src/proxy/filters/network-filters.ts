import type { Filter } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import {
  HttpConnectionManagerSchema,
  type Rds,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { typeNameOf } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { RouteSource } from '../http/connection-manager.js';
import type { NetworkFilter } from '../listener/network-filter.js';
import { compileConnectionManager } from './http-connection-manager.js';
import { compileTcpProxy } from './tcp-proxy.js';

export interface NetworkFilterEnvironment {
  readonly context: ProxyContext;
  readonly clusters: ClusterLookup;
  /** The routes that RDS brings. @throws ConfigError for a source that does not exist */
  routes(rds: Rds, statPrefix: string, path: string): RouteSource;
}

const KINDS: Readonly<Record<string, typeof compileTcpProxy>> = {
  [HttpConnectionManagerSchema.typeName]: compileConnectionManager,
  [TcpProxySchema.typeName]: compileTcpProxy,
};

/** A chain of network filters; all that are supported end the chain. @throws ConfigError */
export function compileNetworkFilters(
  filters: readonly Filter[],
  environment: NetworkFilterEnvironment,
  path: string,
): NetworkFilter {
  const [filter, ...rest] = filters;
  if (filter === undefined || rest.length > 0)
    throw new ConfigError(path, 'a filter chain needs exactly one network filter');
  const any = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined;
  const compile = any === undefined ? undefined : KINDS[typeNameOf(any)];
  if (any === undefined || compile === undefined) {
    throw new ConfigError(`${path}[0]`, `network filter ${JSON.stringify(filter.name)} is not supported`);
  }
  return compile(any, environment, `${path}[0].typed_config`);
}
