import type { Any } from '@bufbuild/protobuf/wkt';
import type { Filter } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { ConnectionLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.js';
import {
  HttpConnectionManagerSchema,
  type Rds,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { LocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { RBACSchema } from '../../xds/types/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js';
import { SniClusterSchema } from '../../xds/types/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { typeNameOf } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { RouteSource } from '../http/connection-manager.js';
import type { GateFilter, NetworkFilter } from '../listener/network-filter.js';
import { compileConnectionLimit } from './connection-limit.js';
import { compileConnectionManager } from './http-connection-manager.js';
import { compileNetworkLocalRateLimit } from './network-local-ratelimit.js';
import { compileNetworkRbac } from './network-rbac.js';
import { SNI_CLUSTER } from './sni-cluster.js';
import { compileTcpProxy } from './tcp-proxy.js';

export interface NetworkFilterEnvironment {
  readonly context: ProxyContext;
  readonly clusters: ClusterLookup;
  /** Of the listener's statistics: `listener.<address>`. */
  readonly statPrefix: string;
  /** The listener's `traffic_direction` is OUTBOUND. */
  readonly egress: boolean;
  /** What a connection's buffers should hold at most; 0 for no limit. */
  readonly bufferLimit_bytes: number;
  /** The routes that RDS brings. @throws ConfigError for a source that does not exist */
  routes(rds: Rds, statPrefix: string, path: string): RouteSource;
}

type Compile<T> = (any: Any, environment: NetworkFilterEnvironment, path: string) => T;

/** Filters that end a chain. */
const LAST: Readonly<Record<string, Compile<NetworkFilter>>> = {
  [HttpConnectionManagerSchema.typeName]: compileConnectionManager,
  [TcpProxySchema.typeName]: compileTcpProxy,
};

/** Filters that stand before it. */
const GATES: Readonly<Record<string, Compile<GateFilter>>> = {
  [ConnectionLimitSchema.typeName]: compileConnectionLimit,
  [LocalRateLimitSchema.typeName]: compileNetworkLocalRateLimit,
  [RBACSchema.typeName]: compileNetworkRbac,
  [SniClusterSchema.typeName]: () => SNI_CLUSTER,
};

/** A chain's network filters. */
export interface NetworkFilters {
  readonly gates: readonly GateFilter[];
  readonly last: NetworkFilter;
}

/** @throws ConfigError */
export function compileNetworkFilters(
  filters: readonly Filter[],
  environment: NetworkFilterEnvironment,
  path: string,
): NetworkFilters {
  const gates: GateFilter[] = [];
  let last: NetworkFilter | undefined;
  filters.forEach((filter, i) => {
    const at = `${path}[${i}]`;
    const any = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined;
    const type = any === undefined ? '' : typeNameOf(any);
    const isLast = i === filters.length - 1;
    const gate = GATES[type];
    const ending = LAST[type];
    if (gate === undefined && ending === undefined)
      throw new ConfigError(at, `network filter ${JSON.stringify(filter.name)} is not supported`);
    if (isLast !== (ending !== undefined)) {
      throw new ConfigError(
        at,
        isLast ? 'this filter cannot end a chain' : 'a filter that ends the chain must be the last',
      );
    }
    if (gate !== undefined) gates.push(gate(any!, environment, `${at}.typed_config`));
    else last = ending!(any!, environment, `${at}.typed_config`);
  });
  if (last === undefined) throw new ConfigError(path, 'a filter chain needs a network filter');
  return { gates, last };
}
