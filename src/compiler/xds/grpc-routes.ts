import { create } from '@bufbuild/protobuf';
import {
  RedirectAction_RedirectResponseCode as RedirectCode,
  type Route,
  type RouteAction,
  RouteAction_MaxStreamDurationSchema,
  RouteActionSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { FAULT_FILTER, faultOverride } from './fault.js';
import { encode, type RouteConfigurationInit, type XdsResource } from './resource.js';

const MOVED_PERMANENTLY = 301;
const REDIRECT_STATUS: Readonly<Record<RedirectCode, number>> = {
  [RedirectCode.MOVED_PERMANENTLY]: MOVED_PERMANENTLY,
  [RedirectCode.FOUND]: 302,
  [RedirectCode.SEE_OTHER]: 303,
  [RedirectCode.TEMPORARY_REDIRECT]: 307,
  [RedirectCode.PERMANENT_REDIRECT]: 308,
};

/**
 * The same routes for a gRPC client, which refuses the whole configuration where a part of it is for browsers: cross-origin rules are
 * left out, and where a proxy would answer by itself or redirect, the call fails as it would with that answer.
 *
 * @param name of the routes, and of the service's cluster
 */
export function grpcRouteConfiguration(name: string, routes: RouteConfigurationInit): XdsResource {
  const configuration = create(RouteConfigurationSchema, { ...routes, name });
  for (const host of configuration.virtualHosts) for (const route of host.routes) fitRoute(route, name);
  return encode(RouteConfigurationSchema, name, configuration);
}

function fitRoute(route: Route, cluster: string): void {
  const fault = route.typedPerFilterConfig[FAULT_FILTER];
  route.typedPerFilterConfig = fault ? { [FAULT_FILTER]: fault } : {};
  if (route.action.case === 'route') fitAction(route.action.value);
  else failWith(route, answerOf(route), cluster);
}

/** What a proxy would answer by itself. */
function answerOf({ action }: Route): number {
  if (action.case === 'directResponse') return action.value.status;
  return (action.case === 'redirect' && REDIRECT_STATUS[action.value.responseCode]) || MOVED_PERMANENTLY;
}

/** The client makes of the status the code that it would make of a proxy's answer. It wants some cluster, and never calls it. */
function failWith(route: Route, httpStatus: number, cluster: string): void {
  route.typedPerFilterConfig = faultOverride({ abort: { percent: 100, httpStatus } });
  route.action = {
    case: 'route',
    value: create(RouteActionSchema, { clusterSpecifier: { case: 'cluster', value: cluster } }),
  };
}

/** Clients know the limit of a stream, not of a request, and refuse a policy of no retries. */
function fitAction(action: RouteAction): void {
  const { timeout, retryPolicy } = action;
  if (timeout && (timeout.seconds > 0n || timeout.nanos > 0)) {
    action.maxStreamDuration = create(RouteAction_MaxStreamDurationSchema, { maxStreamDuration: timeout });
  }
  if (retryPolicy?.numRetries === 0) delete action.retryPolicy;
}
