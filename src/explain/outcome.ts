import { milliseconds } from '../proxy/config/duration.js';
import type { RoutedHeaders } from '../proxy/route/route-match.js';
import type { RouteEntry } from '../proxy/route/route-table.js';
import {
  HeaderValueOption_HeaderAppendAction as AppendAction,
  type HeaderValueOption,
} from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type {
  RetryPolicy,
  Route,
  RouteAction,
  VirtualHost,
} from '../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { HTTPFaultSchema } from '../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
} from '../xds/types/gen/envoy/type/v3/percent_pb.js';
import { unpack } from './configuration.js';
import type { DestinationRequest } from './destination.js';
import type { DestinationOutcome, FaultOutcome, ForwardOutcome, HeaderChange, Outcome } from './types.js';

const FAULT_FILTER = 'envoy.filters.http.fault';
const PERCENT_ALL = 100;

export interface WonRoute {
  /** Undefined where the virtual host itself answers. */
  readonly route: Route | undefined;
  readonly entry: RouteEntry;
  readonly host: VirtualHost;
}

/** What the winning route does with the request: the redirect and the rewrites by the proxy's own code. */
export function outcomeOf(
  { route, entry, host }: WonRoute,
  request: RoutedHeaders,
  destination: (wanted: DestinationRequest) => DestinationOutcome,
): Outcome {
  const { action } = entry;
  if (action.kind === 'redirect')
    return { kind: 'redirect', status: action.status, location: action.location(request) };
  if (action.kind === 'direct') return { kind: 'direct', status: action.status, body: action.body };
  const config = route!.action.value as RouteAction;
  const retries = retriesOf(config.retryPolicy ?? host.retryPolicy);
  const fault = faultOf(route!);
  const path = action.rewritePath?.(request.path);
  const authority = action.rewriteHost?.(request);
  return {
    kind: 'forward',
    destinations: destinationsOf(config, request).map(destination),
    timeout_ms: action.timeout_ms,
    ...(retries && { retries }),
    mirrors: config.requestMirrorPolicies.map(({ cluster, runtimeFraction }) => ({
      cluster,
      percent: percentOf(runtimeFraction?.defaultValue),
    })),
    ...(path !== undefined && path !== request.path && { path }),
    ...(authority !== undefined && { authority }),
    requestHeaders: headerChanges(route!.requestHeadersToAdd, route!.requestHeadersToRemove),
    responseHeaders: headerChanges(route!.responseHeadersToAdd, route!.responseHeadersToRemove),
    ...(fault && { fault }),
  };
}

function destinationsOf({ clusterSpecifier: specifier }: RouteAction, request: RoutedHeaders): DestinationRequest[] {
  switch (specifier.case) {
    case 'cluster':
      return [{ cluster: specifier.value, percent: PERCENT_ALL }];
    case 'clusterHeader': {
      const cluster = request.headers.get(specifier.value.toLowerCase());
      return cluster === undefined ? [] : [{ cluster, percent: PERCENT_ALL }];
    }
    case 'weightedClusters': {
      const { clusters } = specifier.value;
      const total = clusters.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
      return clusters.map((each) => ({
        cluster: each.name,
        percent: total === 0 ? 0 : ((each.weight ?? 0) * PERCENT_ALL) / total,
        requestHeaders: headerChanges(each.requestHeadersToAdd, each.requestHeadersToRemove),
        responseHeaders: headerChanges(each.responseHeadersToAdd, each.responseHeadersToRemove),
      }));
    }
    default:
      return [];
  }
}

function retriesOf(policy: RetryPolicy | undefined): ForwardOutcome['retries'] | undefined {
  if (policy === undefined || policy.retryOn === '' || policy.numRetries === 0) return undefined;
  const { retryOn, retriableStatusCodes: codes } = policy;
  return {
    attempts: policy.numRetries ?? 1,
    on: codes.length === 0 ? retryOn : `${retryOn} (${codes.join(', ')})`,
    perTryTimeout_ms: milliseconds(policy.perTryTimeout, 0),
  };
}

function faultOf({ typedPerFilterConfig }: Route): FaultOutcome | undefined {
  const fault = unpack(typedPerFilterConfig[FAULT_FILTER], HTTPFaultSchema);
  if (fault === undefined) return undefined;
  const { delay, abort } = fault;
  const fixed = delay?.faultDelaySecifier.case === 'fixedDelay' ? delay.faultDelaySecifier.value : undefined;
  const status = abort?.errorType;
  return {
    ...(delay && fixed && { delay: { percent: percentOf(delay.percentage), delay_ms: milliseconds(fixed, 0) } }),
    ...(abort &&
      (status?.case === 'httpStatus' || status?.case === 'grpcStatus') && {
        abort: {
          percent: percentOf(abort.percentage),
          status: status.case === 'httpStatus' ? `HTTP ${status.value}` : `gRPC ${status.value}`,
        },
      }),
  };
}

const ACTIONS: Readonly<Record<AppendAction, HeaderChange['action']>> = {
  [AppendAction.APPEND_IF_EXISTS_OR_ADD]: 'add',
  [AppendAction.ADD_IF_ABSENT]: 'add if absent',
  [AppendAction.OVERWRITE_IF_EXISTS_OR_ADD]: 'set',
  [AppendAction.OVERWRITE_IF_EXISTS]: 'set if present',
};

function headerChanges(added: readonly HeaderValueOption[], removed: readonly string[]): HeaderChange[] {
  return [
    ...removed.map((name): HeaderChange => ({ name, action: 'remove' })),
    ...added.map(({ header, append, appendAction }): HeaderChange => {
      const older = append === undefined ? undefined : append ? 'add' : 'set';
      return { name: header?.key ?? '', action: older ?? ACTIONS[appendAction], value: header?.value ?? '' };
    }),
  ];
}

const PARTS: Readonly<Record<Denominator, number>> = {
  [Denominator.HUNDRED]: 100,
  [Denominator.TEN_THOUSAND]: 10_000,
  [Denominator.MILLION]: 1_000_000,
};

function percentOf(fraction: FractionalPercent | undefined): number {
  if (fraction === undefined) return PERCENT_ALL;
  return (fraction.numerator * PERCENT_ALL) / PARTS[fraction.denominator];
}
