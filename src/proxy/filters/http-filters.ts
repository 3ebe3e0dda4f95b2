import { type Any, StructSchema } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import {
  BufferPerRouteSchema,
  BufferSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.js';
import { CorsPolicySchema, CorsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import {
  ExtAuthzPerRouteSchema,
  ExtAuthzSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { FilterConfigSchema as GrpcStatsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb.js';
import {
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { HealthCheckSchema } from '../../xds/types/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { LocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js';
import {
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js';
import { RBACPerRouteSchema, RBACSchema } from '../../xds/types/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { ConfigSchema as SetMetadataSchema } from '../../xds/types/gen/envoy/extensions/filters/http/set_metadata/v3/set_metadata_pb.js';
import type { HttpFilter as HttpFilterConfig } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { typeNameOf, unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { FilterChain } from '../http/filter-chain.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { FilterConfigCompiler } from '../route/filter-overrides.js';
import type { RouteContext } from '../route/route-context.js';
import { BufferFilter, BufferLimit } from './buffer.js';
import { CorsFilter, CorsRules } from './cors.js';
import { ExtAuthzFilter } from './ext-authz.js';
import { ExtAuthzRoute } from './ext-authz-rules.js';
import { FaultFilter } from './fault.js';
import { FaultRules } from './fault-rules.js';
import { GrpcStatsFilter } from './grpc-stats.js';
import { HeaderMutationFilter, HeaderMutations } from './header-mutation.js';
import { HealthCheckFilter } from './health-check.js';
import type { CompileOverride, FilterEnvironment, MakeFilter } from './http-filter-kind.js';
import { LocalRateLimitFilter, LocalRateLimitRules } from './local-ratelimit.js';
import { PolicyFilter } from './policy.js';
import { RateLimitFilter, RateLimitRoute } from './ratelimit.js';
import { RbacFilter, RbacRules } from './rbac.js';
import { RouterFilter } from './router.js';
import { SetMetadataFilter } from './set-metadata.js';

/** By the type of their configuration, as Envoy finds them. */
const FILTERS: Readonly<Record<string, MakeFilter>> = {
  [BufferSchema.typeName]: BufferFilter.make,
  [CorsSchema.typeName]: CorsFilter.make,
  [GrpcStatsSchema.typeName]: GrpcStatsFilter.make,
  [HeaderMutationSchema.typeName]: HeaderMutationFilter.make,
  [HealthCheckSchema.typeName]: HealthCheckFilter.make,
  [RBACSchema.typeName]: RbacFilter.make,
  [LocalRateLimitSchema.typeName]: LocalRateLimitFilter.make,
  [RateLimitSchema.typeName]: RateLimitFilter.make,
  [SetMetadataSchema.typeName]: SetMetadataFilter.make,
  [ExtAuthzSchema.typeName]: ExtAuthzFilter.make,
  [HTTPFaultSchema.typeName]: FaultFilter.make,
  [RouterSchema.typeName]: RouterFilter.make,
  // Envoy has no message for what is only ours.
  [StructSchema.typeName]: PolicyFilter.make,
};

/** By the type of what a route says. */
const OVERRIDES: Readonly<Record<string, CompileOverride>> = {
  [BufferPerRouteSchema.typeName]: BufferLimit.compileOverride,
  [CorsPolicySchema.typeName]: CorsRules.compileOverride,
  [HeaderMutationPerRouteSchema.typeName]: HeaderMutations.compileOverride,
  [LocalRateLimitSchema.typeName]: LocalRateLimitRules.compileOverride,
  [RateLimitPerRouteSchema.typeName]: RateLimitRoute.compileOverride,
  [RBACPerRouteSchema.typeName]: RbacRules.compileOverride,
  [ExtAuthzPerRouteSchema.typeName]: ExtAuthzRoute.compileOverride,
  [HTTPFaultSchema.typeName]: FaultRules.compileOverride,
};

/** @throws ConfigError; the last filter must be the router */
export function compileHttpFilters(
  configs: readonly HttpFilterConfig[],
  environment: FilterEnvironment,
  path: string,
): FilterChain {
  const off = new Set<HttpFilter>();
  const filters = configs.flatMap((config, i) => {
    const at = `${path}[${i}].typed_config`;
    const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
    const make = any === undefined ? undefined : FILTERS[typeNameOf(any)];
    if (any !== undefined && make !== undefined) {
      const filter = make(any, { ...environment, name: config.name, path: at });
      if (config.disabled) off.add(filter);
      return filter;
    }
    if (config.isOptional) return [];
    throw new ConfigError(at, `HTTP filter ${JSON.stringify(config.name)} is not supported`);
  });
  if (!(filters.at(-1) instanceof RouterFilter))
    throw new ConfigError(path, 'the last HTTP filter must be envoy.filters.http.router');
  return new FilterChain(filters, off);
}

/** One entry of `typed_per_filter_config`, which may stand in a FilterConfig that switches the filter off. */
export const compilePerRoute: FilterConfigCompiler = (config, path, context) => {
  if (typeNameOf(config) !== FilterConfigSchema.typeName) {
    return { config: compileOverride(config, path, context), disabled: false };
  }
  const wrapper = unpack(config, FilterConfigSchema);
  if (wrapper.config === undefined || wrapper.config.typeUrl === '')
    return { config: undefined, disabled: wrapper.disabled };
  if (wrapper.isOptional && OVERRIDES[typeNameOf(wrapper.config)] === undefined) return undefined;
  return { config: compileOverride(wrapper.config, `${path}.config`, context), disabled: wrapper.disabled };
};

function compileOverride(config: Any, path: string, context: RouteContext): unknown {
  const compile = OVERRIDES[typeNameOf(config)];
  if (compile === undefined) throw new ConfigError(path, `${typeNameOf(config)} is not supported here`);
  return compile(config, path, context);
}
