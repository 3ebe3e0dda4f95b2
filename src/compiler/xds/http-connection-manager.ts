import type { FilterSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { CorsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import {
  HttpConnectionManagerSchema,
  type HttpFilterSchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { ACCESS_LOG } from './access-log.js';
import { CORS_FILTER } from './cors.js';
import { FAULT_FILTER } from './fault.js';
import { inboundCluster } from './names.js';
import type { InboundPolicy } from './policy-filters.js';
import { anyOf, type Init, type RouteConfigurationInit } from './resource.js';
import { inboundRoute } from './route.js';
import { ADS } from './values.js';

type Filter = Init<typeof FilterSchema>;
type HttpFilter = Init<typeof HttpFilterSchema>;
type Manager = Init<typeof HttpConnectionManagerSchema>;

const fault: HttpFilter = {
  name: FAULT_FILTER,
  configType: { case: 'typedConfig', value: anyOf(HTTPFaultSchema, {}) },
};
const cors: HttpFilter = {
  name: CORS_FILTER,
  configType: { case: 'typedConfig', value: anyOf(CorsSchema, {}) },
};
const UPGRADES = [{ upgradeType: 'websocket' }];
const router: HttpFilter = {
  name: 'envoy.filters.http.router',
  configType: { case: 'typedConfig', value: anyOf(RouterSchema, {}) },
};

/** HTTP by the route configuration of that name. `edge`: callers are strangers, whose x-forwarded headers are not believed. */
export function httpByRoutes(statPrefix: string, routeConfigName: string, options: { edge: boolean }): Filter {
  return httpFilter({
    statPrefix,
    routeSpecifier: { case: 'rds', value: { configSource: ADS, routeConfigName } },
    // In Istio's order.
    httpFilters: [fault, cors, router],
    upgradeConfigs: UPGRADES,
    ...(options.edge ? { useRemoteAddress: true } : {}),
  });
}

/** HTTP to the application beside the proxy. */
export function httpToApplication(port: number, policy: InboundPolicy): Filter {
  const cluster = inboundCluster(port);
  const routes: RouteConfigurationInit = {
    name: cluster,
    virtualHosts: [{ name: `inbound|http|${port}`, domains: ['*'], routes: [inboundRoute(cluster)] }],
    validateClusters: false,
  };
  return httpFilter({
    statPrefix: `inbound_0.0.0.0_${port}`,
    routeSpecifier: { case: 'routeConfig', value: routes },
    httpFilters: [...policy.filters, router],
    accessLog: [...policy.accessLogs],
    upgradeConfigs: UPGRADES,
  } satisfies Manager);
}

function httpFilter(manager: Manager): Filter {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    configType: {
      case: 'typedConfig',
      value: anyOf(HttpConnectionManagerSchema, { ...manager, accessLog: [ACCESS_LOG, ...(manager.accessLog ?? [])] }),
    },
  };
}
