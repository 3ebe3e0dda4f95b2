import type { Any } from '@bufbuild/protobuf/wkt';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import type { HttpFilter as HttpFilterConfig } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { HttpFilter } from '../http/http-filter.js';
import { FaultFilter, FaultRules } from './fault.js';
import { RouterFilter } from './router.js';

export interface FilterEnvironment {
  readonly context: ProxyContext;
  readonly clusters: ClusterLookup;
  readonly statPrefix: string;
}

interface HttpFilterKind {
  readonly make: (config: Any, name: string, environment: FilterEnvironment, path: string) => HttpFilter;
  /** Compiles what a route says to this filter. */
  readonly perRoute?: (config: Any, path: string) => unknown;
}

/** By the type of their configuration, as Envoy finds them. */
const KINDS: Readonly<Record<string, HttpFilterKind>> = {
  [RouterSchema.typeName]: {
    make: (config, _name, { clusters }) => new RouterFilter(unpack(config, RouterSchema), clusters),
  },
  [HTTPFaultSchema.typeName]: {
    make: (config, name, { context, statPrefix }, path) =>
      new FaultFilter(context, new FaultRules(unpack(config, HTTPFaultSchema), path), name, statPrefix),
    perRoute: (config, path) => new FaultRules(unpack(config, HTTPFaultSchema), path),
  },
};

/** @throws ConfigError; the last filter must be the router */
export function compileHttpFilters(
  configs: readonly HttpFilterConfig[],
  environment: FilterEnvironment,
  path: string,
): readonly HttpFilter[] {
  const filters = configs.map((config, i) => {
    const at = `${path}[${i}].typed_config`;
    const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
    const kind = any === undefined ? undefined : KINDS[typeNameOf(any)];
    if (any === undefined || kind === undefined)
      throw new ConfigError(at, `HTTP filter ${JSON.stringify(config.name)} is not supported`);
    return kind.make(any, config.name, environment, at);
  });
  if (!(filters.at(-1) instanceof RouterFilter))
    throw new ConfigError(path, 'the last HTTP filter must be envoy.filters.http.router');
  return filters;
}

/** One entry of `typed_per_filter_config`. @throws ConfigError */
export function compilePerRoute(config: Any, path: string): unknown {
  const compile = KINDS[typeNameOf(config)]?.perRoute;
  if (compile === undefined) throw new ConfigError(path, `${typeNameOf(config)} is not supported here`);
  return compile(config, path);
}
