import { duration_ms } from '../../resources/istio/duration.js';
import type {
  Destination as ApiDestination,
  HttpFaultInjection,
  HttpMatchRequest,
  HttpRoute,
  HttpRouteDestination,
  Percent,
  VirtualService,
} from '../../resources/istio/virtualservice/types.js';
import { resolveShortHost } from '../hostname.js';
import { byAge } from '../ordering.js';
import { originsOf } from '../origin.js';
import { namespaceOf, type ObjectRef } from '../snapshot.js';
import type {
  Destination,
  DirectResponseAction,
  Fault,
  ForwardAction,
  Match,
  RedirectAction,
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

export function buildRouteTables(virtualServices: readonly VirtualService[], domain: string): RouteTable[] {
  return virtualServices.toSorted(byAge).map((object) => toRouteTable(object, domain));
}

function toRouteTable(object: VirtualService, domain: string): RouteTable {
  const scope = { namespace: namespaceOf(object), domain };
  const origins = originsOf(object);
  const { hosts, gateways = [MESH_GATEWAY], http = [], exportTo } = object.spec;
  return {
    namespace: scope.namespace,
    origins,
    hosts: hosts.map((host) => resolveShortHost(host, scope.namespace, domain)),
    gateways: gateways.map((name) => resolveGateway(name, scope)),
    routes: http.map((route, i) => toRoute(route, i, scope, origins)),
    ...(exportTo ? { exportTo } : {}),
  };
}

function resolveGateway(name: string, scope: Scope): string {
  return name === MESH_GATEWAY || name.includes('/') ? name : `${scope.namespace}/${name}`;
}

function toRoute(route: HttpRoute, index: number, scope: Scope, origins: readonly ObjectRef[]): Route {
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
    ...(retries
      ? {
          retries: {
            attempts: retries.attempts ?? 0,
            ...(retries.perTryTimeout ? { perTryTimeout_ms: duration_ms(retries.perTryTimeout) } : {}),
            ...(retries.retryOn ? { retryOn: retries.retryOn } : {}),
          },
        }
      : {}),
  };
}

function toDirectResponse({ status, body }: NonNullable<HttpRoute['directResponse']>): DirectResponseAction {
  const text = body?.bytes ? Buffer.from(body.bytes, 'base64').toString() : body?.string;
  return { kind: 'directResponse', status, ...(text ? { body: text } : {}) };
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
      ? { delay: { percent: percentOf(delay.percentage, delay.percent), fixedDelay_ms: duration_ms(delay.fixedDelay) } }
      : {}),
    ...(abort?.httpStatus
      ? { abort: { percent: percentOf(abort.percentage, undefined), httpStatus: abort.httpStatus } }
      : {}),
  };
}

/** Nothing said means all; `percentage: {}` is a message with a value of 0. */
function percentOf(percentage: Percent | undefined, older: number | undefined): number {
  if (percentage) return percentage.value ?? 0;
  return older ?? PERCENT_ALL;
}
