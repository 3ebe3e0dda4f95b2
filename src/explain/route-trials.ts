import type { JsonObject } from '@bufbuild/protobuf';
import { ORIGIN_METADATA } from '../compiler/xds/origin-metadata.js';
import { compilePerRoute } from '../proxy/filters/http-filters.js';
import type { RouteContext } from '../proxy/route/route-context.js';
import type { RoutedHeaders } from '../proxy/route/route-match.js';
import { type RouteEntry, RouteTable } from '../proxy/route/route-table.js';
import type { Route, VirtualHost } from '../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RouteConfiguration } from '../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { tryConditions } from './conditions.js';
import type { Origin, RouteTrial } from './types.js';

export type Locate = (origin: Omit<Origin, 'place'>) => string | undefined;

export interface Routing {
  /** Absent where none has the request's host. */
  readonly host?: VirtualHost;
  readonly trials: readonly RouteTrial[];
  /** The route that answers: as it was sent, and as the proxy compiled it. */
  readonly won?: { readonly route: Route | undefined; readonly entry: RouteEntry };
}

/** Tries the routes as the proxy does, and says of each why it lost. */
export function tryRoutes(
  config: RouteConfiguration,
  request: RoutedHeaders,
  context: RouteContext,
  locate: Locate,
): Routing {
  const found = new RouteTable(config, context, compilePerRoute).locate(request);
  if (found === undefined) return { trials: [] };
  const host = config.virtualHosts.find(({ name }) => name === found.host)!;
  const trials = host.routes.map((route, i): RouteTrial => {
    const reached = found.index === undefined || i <= found.index;
    const origin = originOf(route, locate);
    return {
      name: route.name,
      ...(origin && { origin }),
      result: i === found.index ? 'matched' : reached ? 'lost' : 'not tried',
      conditions: route.match === undefined || !reached ? [] : tryConditions(route.match, request, context),
    };
  });
  if (found.entry === undefined) return { host, trials };
  const route = found.index === undefined ? undefined : host.routes[found.index];
  return { host, trials, won: { route, entry: found.entry } };
}

export function originOf({ metadata }: Pick<Route, 'metadata'>, locate: Locate): Origin | undefined {
  const fields: JsonObject | undefined = metadata?.filterMetadata[ORIGIN_METADATA];
  if (fields === undefined) return undefined;
  const text = (name: string): string => String(fields[name] ?? '');
  const origin = { kind: text('kind'), namespace: text('namespace'), name: text('name'), field: text('field') };
  const place = locate(origin);
  return { ...origin, ...(place !== undefined && { place }) };
}
