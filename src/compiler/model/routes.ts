import { duration_ms } from '../../resources/istio/duration.js';
import { GRPC_STATUS_CODES } from '../../resources/istio/grpc-status.js';
import type {
  Destination as ApiDestination,
  HttpFaultInjection,
  HttpMatchRequest,
  HttpRetry,
  HttpRoute,
  HttpRouteDestination,
  Percent,
  TlsRoute,
  VirtualService,
} from '../../resources/istio/virtualservice/types.js';
import { resolveShortHost } from '../hostname.js';
import { originsOf } from '../origin.js';
import { namespaceOf, type ObjectRef } from '../snapshot.js';
import type { PlacedRoute, PlacedVirtualService } from './delegates.js';
import type {
  Destination,
  DirectResponseAction,
  Fault,
  ForwardAction,
  L4Route,
  Match,
  RedirectAction,
  Retries,
  Route,
  RouteTable,
  WeightedDestination,
} from './types.js';

export const MESH_GATEWAY = 'mesh';
const PERCENT_ALL = 100;

/** Where short names in a VirtualService are looked up. */
interface Scope {
  readonly namespace: string;
  readonly domain: string;
}

export function buildRouteTables(virtualServices: readonly PlacedVirtualService[], domain: string): RouteTable[] {
  return virtualServices.map((placed) => toRouteTable(placed, domain));
}

function toRouteTable({ object, http }: PlacedVirtualService, domain: string): RouteTable {
  const scope = scopeOf(object, domain);
  const origins = originsOf(object);
  const { hosts = [], gateways = [MESH_GATEWAY], tls = [], tcp = [], exportTo } = object.spec;
  return {
    namespace: scope.namespace,
    origins,
    hosts: hosts.map((host) => resolveShortHost(host, scope.namespace, domain)),
    gateways: gateways.map((name) => resolveGateway(name, scope)),
    routes: http.map((route) => toRoute(route, domain)),
    tls: tls.map((route, index) => toL4Route(route, `spec.tls[${index}]`, scope, origins[0]!)),
    tcp: tcp.map((route, index) => toL4Route(route, `spec.tcp[${index}]`, scope, origins[0]!)),
    ...(exportTo ? { exportTo } : {}),
  };
}

function scopeOf(object: VirtualService, domain: string): Scope {
  return { namespace: namespaceOf(object), domain };
}

function resolveGateway(name: string, scope: Scope): string {
  return name === MESH_GATEWAY || name.includes('/') ? name : `${scope.namespace}/${name}`;
}

function toL4Route({ match, route }: TlsRoute, field: string, scope: Scope, origin: ObjectRef): L4Route {
  return {
    origin,
    field,
    matches: (match ?? []).map(({ gateways, ...rest }) => ({
      ...rest,
      ...(gateways ? { gateways: gateways.map((name) => resolveGateway(name, scope)) } : {}),
    })),
    destinations: toWeighted(route ?? [], scope),
  };
}

function toRoute({ route, object, index }: PlacedRoute, domain: string): Route {
  const scope = scopeOf(object, domain);
  const origins = originsOf(object);
  // Converted routes are named after the rule that they come from.
  const origin = origins.find(({ name }) => name === route.name) ?? origins[0]!;
  const field = origin.kind === 'VirtualService' ? `spec.http[${index}]` : 'spec';
  return {
    name: route.name ?? '',
    origin,
    field,
    matches: (route.match ?? []).map((match, i) => toMatch(match, scope, fieldOfMatch(field, i))),
    action: toAction(route, scope),
    ...(route.fault ? { fault: toFault(route.fault) } : {}),
    ...(route.corsPolicy ? { corsPolicy: route.corsPolicy } : {}),
    ...(route.headers ? { headers: route.headers } : {}),
  };
}

function fieldOfMatch(field: string, index: number): string {
  return field === 'spec' ? 'spec.match' : `${field}.match[${index}]`;
}

function toMatch({ gateways, ...match }: HttpMatchRequest, scope: Scope, field: string): Match {
  return { ...match, field, ...(gateways ? { gateways: gateways.map((name) => resolveGateway(name, scope)) } : {}) };
}

function toAction(route: HttpRoute, scope: Scope): ForwardAction | RedirectAction | DirectResponseAction {
  if (route.redirect) return { kind: 'redirect', ...route.redirect };
  if (route.directResponse) return toDirectResponse(route.directResponse);
  const { timeout, retries, rewrite } = route;
  return {
    kind: 'forward',
    destinations: toWeighted(route.route ?? [], scope),
    timeout_ms: timeout ? duration_ms(timeout) : 0,
    mirrors: toMirrors(route, scope),
    ...(rewrite ? { rewrite } : {}),
    ...(retries ? { retries: toRetries(retries) } : {}),
  };
}

function toRetries(retries: HttpRetry): Retries {
  const { attempts = 0, perTryTimeout, retryOn, retryIgnorePreviousHosts, retryRemoteLocalities, backoff } = retries;
  return {
    attempts,
    ...(perTryTimeout ? { perTryTimeout_ms: duration_ms(perTryTimeout) } : {}),
    ...(retryOn ? { retryOn } : {}),
    ...(retryIgnorePreviousHosts === undefined ? {} : { ignorePreviousHosts: retryIgnorePreviousHosts }),
    ...(retryRemoteLocalities ? { remoteLocalities: true } : {}),
    ...(backoff ? { backoff_ms: duration_ms(backoff) } : {}),
  };
}

function toDirectResponse({ status, body }: NonNullable<HttpRoute['directResponse']>): DirectResponseAction {
  if (body?.bytes) return { kind: 'directResponse', status, bodyBytes: body.bytes };
  return { kind: 'directResponse', status, ...(body?.string ? { body: body.string } : {}) };
}

/** A lone destination gets everything; among several, those without weight get nothing. */
function toWeighted(route: readonly HttpRouteDestination[], scope: Scope): WeightedDestination[] {
  const alone = route.length === 1;
  return route
    .filter(({ weight }) => alone || (weight ?? 0) > 0)
    .map(({ destination, weight, headers }) => ({
      ...toDestination(destination, scope),
      weight: alone ? PERCENT_ALL : (weight ?? 0),
      ...(headers ? { headers } : {}),
    }));
}

function toDestination({ host, subset, port }: ApiDestination, scope: Scope): Destination {
  return {
    host: resolveShortHost(host, scope.namespace, scope.domain),
    ...(subset ? { subset } : {}),
    ...(port?.number ? { port: port.number } : {}),
  };
}

function toMirrors(route: HttpRoute, scope: Scope): ForwardAction['mirrors'] {
  const single = route.mirror && {
    destination: toDestination(route.mirror, scope),
    percent: percentOf(route.mirrorPercentage, route.mirrorPercent),
  };
  const several = (route.mirrors ?? []).map(({ destination, percentage }) => ({
    destination: toDestination(destination, scope),
    percent: percentOf(percentage, undefined),
  }));
  return (single ? [single] : several).filter(({ percent }) => percent > 0);
}

function toFault({ delay, abort }: HttpFaultInjection): Fault {
  return {
    ...(delay?.fixedDelay
      ? {
          delay: {
            percent: delay.percentage?.value ?? delay.percent ?? 0,
            fixedDelay_ms: duration_ms(delay.fixedDelay),
          },
        }
      : {}),
    ...(abort ? { abort: toAbort(abort) } : {}),
  };
}

function toAbort({ percentage, httpStatus, grpcStatus }: NonNullable<HttpFaultInjection['abort']>): Fault['abort'] {
  const percent = percentage?.value ?? 0;
  return grpcStatus === undefined
    ? { percent, httpStatus: httpStatus! }
    : { percent, grpcStatus: GRPC_STATUS_CODES[grpcStatus]! };
}

/** Nothing said means all; `percentage: {}` is a message with a value of 0. */
function percentOf(percentage: Percent | undefined, older: number | undefined): number {
  if (percentage) return percentage.value ?? 0;
  return older ?? PERCENT_ALL;
}
