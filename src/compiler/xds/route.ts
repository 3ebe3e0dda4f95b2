import type {
  RetryPolicy,
  RouteSchema,
  VirtualHostSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh, Route } from '../model/types.js';
import type { MeshConfig } from '../snapshot.js';
import { corsOverride } from './cors.js';
import { faultOverride } from './fault.js';
import type { hashPolicies } from './hash-policy.js';
import { headerMutations } from './headers.js';
import { PASSTHROUGH_CLUSTER } from './names.js';
import { originMetadata } from './origin-metadata.js';
import type { Init } from './resource.js';
import { DEFAULT_RETRY_POLICY } from './retry.js';
import { directResponse, forwardAction, redirectAction } from './route-action.js';
import { routeMatch } from './route-match.js';
import { durationOf } from './values.js';

export type EnvoyRoute = Init<typeof RouteSchema>;
export type VirtualHost = Init<typeof VirtualHostSchema> & { domains: string[] };

const DEFAULT_ROUTE_NAME = 'default';
const NOT_FOUND = 404;
/** What Istio answers where only known hosts may be called. */
const BLOCKED_STATUS = 502;

/** One Envoy route for each match of a route. */
export function envoyRoutes(mesh: Mesh, route: Route, listenerPort: number, proxy: ProxyNode): EnvoyRoute[] {
  const matches = route.matches.length > 0 ? route.matches : [undefined];
  const rest = {
    action: envoyAction(mesh, route, listenerPort, proxy),
    typedPerFilterConfig: { ...faultOverride(route.fault), ...corsOverride(route.corsPolicy) },
    ...headerMutations(route.headers),
  };
  return matches.map((match) => ({
    name: [route.name, match?.name].filter((part) => part).join('.') || DEFAULT_ROUTE_NAME,
    match: routeMatch(match),
    ...(match?.statPrefix ? { statPrefix: match.statPrefix } : {}),
    metadata: originMetadata(route.origin, match?.field ?? route.field),
    ...rest,
  }));
}

function envoyAction(
  mesh: Mesh,
  { action, headers }: Route,
  listenerPort: number,
  proxy: ProxyNode,
): EnvoyRoute['action'] {
  switch (action.kind) {
    case 'forward':
      return { case: 'route', value: forwardAction(mesh, action, headers, listenerPort, proxy) };
    case 'redirect':
      return { case: 'redirect', value: redirectAction(action, listenerPort) };
    case 'directResponse':
      return { case: 'directResponse', value: directResponse(action) };
  }
}

/** Every request to a cluster, as for a service without rules. */
export function defaultRoute(cluster: string, hashPolicy: ReturnType<typeof hashPolicies>): EnvoyRoute {
  return toCluster(cluster, {
    retryPolicy: DEFAULT_RETRY_POLICY,
    ...(hashPolicy.length > 0 ? { hashPolicy } : {}),
  });
}

/** Every request to the application beside the proxy. */
export function inboundRoute(cluster: string): EnvoyRoute {
  return toCluster(cluster, {});
}

function toCluster(
  cluster: string,
  more: { retryPolicy?: RetryPolicy; hashPolicy?: ReturnType<typeof hashPolicies> },
): EnvoyRoute {
  return {
    name: DEFAULT_ROUTE_NAME,
    match: routeMatch(undefined),
    action: {
      case: 'route',
      value: { clusterSpecifier: { case: 'cluster', value: cluster }, timeout: durationOf(0), ...more },
    },
  };
}

/** For hosts that the mesh does not know. */
export function fallbackVirtualHost(policy: MeshConfig['outboundTrafficPolicy']): VirtualHost {
  if (policy === 'ALLOW_ANY') {
    return { name: 'allow_any', domains: ['*'], routes: [toCluster(PASSTHROUGH_CLUSTER, {})] };
  }
  const body = 'no service, ServiceEntry or EgressRule that this pod may reach has this host\n';
  return blockedVirtualHost('block_all', body, BLOCKED_STATUS);
}

/** Answers with a reason. */
export function blockedVirtualHost(name: string, body: string, status = NOT_FOUND): VirtualHost {
  const value = directResponse({ kind: 'directResponse', status, body });
  return {
    name,
    domains: ['*'],
    routes: [{ name, match: routeMatch(undefined), action: { case: 'directResponse', value } }],
  };
}
