import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { HttpConnectionManagerSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { FAULT_FILTER } from './fault.js';
import { outboundCluster } from './names.js';
import { anyOf, type ListenerInit } from './resource.js';
import { ADS, addressOf } from './values.js';

/** Under this name Istio's bootstrap has a gRPC server ask for its own listener. */
const SERVER_LISTENER = 'xds.istio.io/grpc/lds/inbound/';

const fault = {
  name: FAULT_FILTER,
  configType: { case: 'typedConfig' as const, value: anyOf(HTTPFaultSchema, {}) },
};
const router = {
  name: 'envoy.filters.http.router',
  configType: { case: 'typedConfig' as const, value: anyOf(RouterSchema, {}) },
};

/** What a gRPC client asks for that dials `xds:///name`: HTTP without a socket, by the routes of one port of one service. */
export function grpcClientListener(name: string, hostname: string, port: number): ListenerInit {
  const manager = anyOf(HttpConnectionManagerSchema, {
    httpFilters: [fault, router],
    routeSpecifier: { case: 'rds', value: { configSource: ADS, routeConfigName: grpcRoutes(hostname, port) } },
  });
  return { name, apiListener: { apiListener: manager } };
}

/** `outbound|8080||cart.shop.svc.cluster.local`: Istio gives these routes the name of the service's cluster. */
export function grpcRoutes(hostname: string, port: number): string {
  return outboundCluster(port, undefined, hostname);
}

/** What a gRPC server that was made for xDS asks for before it takes calls: that it shall. */
export function grpcServerListener(address: string, port: number): ListenerInit {
  const host = address.includes(':') ? `[${address}]` : address;
  const routes = { match: { pathSpecifier: { case: 'prefix' as const, value: '/' } } };
  const manager = anyOf(HttpConnectionManagerSchema, {
    httpFilters: [router],
    routeSpecifier: {
      case: 'routeConfig',
      value: {
        name: 'inbound',
        virtualHosts: [{ domains: ['*'], routes: [{ ...routes, action: { case: 'nonForwardingAction', value: {} } }] }],
      },
    },
  });
  const filter = { name: 'inbound-hcmplaintext', configType: { case: 'typedConfig' as const, value: manager } };
  return {
    name: `${SERVER_LISTENER}${host}:${port}`,
    address: addressOf(address, port),
    filterChains: [{ name: 'inbound-plaintext', filters: [filter] }],
  };
}
