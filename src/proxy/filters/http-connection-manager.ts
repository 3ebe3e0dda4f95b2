import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { compileAccessLogs } from '../access-log/compile.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { ConnectionManager, type RouteSource } from '../http/connection-manager.js';
import { compileManagerOptions } from '../http/manager-options.js';
import { RouteTable } from '../route/route-table.js';
import { compileTracing } from '../tracing/compile.js';
import { compileHttpFilters, compilePerRoute } from './http-filters.js';
import type { NetworkFilterEnvironment } from './network-filters.js';

/** `envoy.filters.network.http_connection_manager`. @throws ConfigError */
export function compileConnectionManager(
  any: Any,
  environment: NetworkFilterEnvironment,
  path: string,
): ConnectionManager {
  const config = unpack(any, HttpConnectionManagerSchema);
  const { context, clusters } = environment;
  const filters = compileHttpFilters(
    config.httpFilters,
    { context, clusters, statPrefix: config.statPrefix },
    `${path}.http_filters`,
  );
  const logs = compileAccessLogs(config.accessLog, context, `${path}.access_log`);
  const tracing = compileTracing(config, context, clusters, environment.egress, `${path}.tracing`);
  const options = compileManagerOptions(config, context, environment.bufferLimit_bytes, path);
  const source = routeSource(config, environment, path);
  return new ConnectionManager(
    context,
    config.statPrefix,
    environment.statPrefix,
    options,
    filters,
    source,
    logs,
    tracing,
  );
}

function routeSource(
  { routeSpecifier: specifier, statPrefix }: HttpConnectionManager,
  environment: NetworkFilterEnvironment,
  path: string,
): RouteSource {
  switch (specifier.case) {
    case 'routeConfig': {
      try {
        const hasCluster = (name: string): boolean => environment.clusters.has(name);
        const { random, runtime, stats } = environment.context;
        const context = { random, runtime, stats, hasCluster, inline: true };
        return { table: new RouteTable(specifier.value, context, compilePerRoute) };
      } catch (error) {
        if (error instanceof ConfigError) throw new ConfigError(`${path}.route_config.${error.path}`, error.problem);
        throw error;
      }
    }
    case 'rds':
      return environment.routes(specifier.value, statPrefix, `${path}.rds`);
    default:
      throw new ConfigError(path, 'a connection manager needs rds or route_config');
  }
}
