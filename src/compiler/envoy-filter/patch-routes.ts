import type { RouteConfigurationMatch } from '../../resources/istio/envoyfilter/types.js';
import {
  type Route,
  RouteSchema,
  type VirtualHost,
  VirtualHostSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { editList, messageFor } from './edit-list.js';
import { mergeInto } from './merge.js';
import { type Editing, type Patch, patchesOf } from './patch-types.js';
import { matchesRoute, matchesRouteConfiguration, matchesVirtualHost } from './route-match.js';

/** From the whole to its parts: the route configuration, its virtual hosts, in each its routes. */
export function patchRouteConfiguration(editing: Editing, routes: RouteConfiguration): void {
  for (const patch of patchesOf(editing, 'ROUTE_CONFIGURATION')) {
    if (patch.operation !== 'MERGE' || !isFor(editing, patch, routes)) continue;
    editing.applied.add(patch);
    mergeInto(RouteConfigurationSchema, routes, patch.value);
  }
  routes.virtualHosts = routes.virtualHosts.flatMap((host) => patchVirtualHost(editing, routes, host) ?? []);
  for (const patch of patchesOf(editing, 'VIRTUAL_HOST')) {
    if (patch.operation !== 'ADD' || !isFor(editing, patch, routes)) continue;
    editing.applied.add(patch);
    routes.virtualHosts.push(messageFor(patch));
  }
}

function isFor(editing: Editing, { match }: Patch, { name }: RouteConfiguration): boolean {
  return matchesRouteConfiguration(match.routeConfiguration, name, editing.context);
}

function patchVirtualHost(
  editing: Editing,
  routes: RouteConfiguration,
  original: VirtualHost,
): VirtualHost | undefined {
  let host = original;
  for (const patch of patchesOf(editing, 'VIRTUAL_HOST')) {
    if (patch.operation === 'ADD' || !isFor(editing, patch, routes)) continue;
    if (!matchesVirtualHost(patch.match.routeConfiguration, host)) continue;
    editing.applied.add(patch);
    if (patch.operation === 'REMOVE') return undefined;
    if (patch.operation === 'MERGE') mergeInto(VirtualHostSchema, host, patch.value);
    else host = messageFor(patch);
  }
  const patches = patchesOf(editing, 'HTTP_ROUTE').filter(
    (patch) => isFor(editing, patch, routes) && matchesVirtualHost(patch.match.routeConfiguration, host),
  );
  host.routes = host.routes.flatMap((route) => patchRoute(editing, patches, route) ?? []);
  for (const patch of patches) addRoute(editing, patch, host);
  return host;
}

function patchRoute(editing: Editing, patches: readonly Patch<'HTTP_ROUTE'>[], route: Route): Route | undefined {
  for (const patch of patches) {
    const { operation, match, value } = patch;
    if (operation !== 'REMOVE' && operation !== 'MERGE') continue;
    if (!matchesRoute(match.routeConfiguration, route)) continue;
    editing.applied.add(patch);
    if (operation === 'REMOVE') return undefined;
    mergeInto(RouteSchema, route, value);
  }
  return route;
}

/** A route that is to be the first is not added where the one that it names is missing. */
function addRoute(editing: Editing, patch: Patch<'HTTP_ROUTE'>, { routes: list }: VirtualHost): void {
  const { operation, match } = patch;
  // Of routes there is no replacement, and removals were made above.
  if (operation === 'REPLACE' || operation === 'REMOVE') return;
  const isNamed = namesRoute(match.routeConfiguration);
  const matches = (route: Route) => matchesRoute(match.routeConfiguration, route);
  if (operation === 'INSERT_FIRST' && isNamed && !list.some(matches)) return;
  editList(editing, patch, { list, isNamed, matches });
}

function namesRoute(match: RouteConfigurationMatch | undefined): boolean {
  return match?.vhost?.route !== undefined;
}
