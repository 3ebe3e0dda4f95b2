import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Filter, FilterChain } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import type { Listener } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { typeUrlOf } from '../xds/resource.js';
import { editList } from './edit-list.js';
import { filterNamed, matchesChain, matchesFilter, matchesListener } from './listener-match.js';
import { mergeFilter } from './merge-filter.js';
import { patchRouteConfiguration } from './patch-routes.js';
import { type Editing, type Patch, patchesOf } from './patch-types.js';

const MANAGER_TYPE = typeUrlOf(HttpConnectionManagerSchema);

/** The HTTP filters of an HTTP connection manager, and the routes that stand in it. */
export function patchHttp(editing: Editing, listener: Listener, chain: FilterChain, filter: Filter): void {
  const { configType } = filter;
  if (configType.case !== 'typedConfig' || configType.value.typeUrl !== MANAGER_TYPE) return;
  const patches = patchesOf(editing, 'HTTP_FILTER').filter(
    ({ match }) =>
      matchesListener(match, listener) && matchesChain(match, listener, chain) && matchesFilter(match, filter.name),
  );
  const manager = fromBinary(HttpConnectionManagerSchema, configType.value.value);
  for (const patch of patches) editFilters(editing, patch, manager);
  for (const patch of patches) mergeFilters(editing, patch, manager);
  if (manager.routeSpecifier.case === 'routeConfig') patchRouteConfiguration(editing, manager.routeSpecifier.value);
  configType.value = { ...configType.value, value: toBinary(HttpConnectionManagerSchema, manager) };
}

function editFilters(editing: Editing, patch: Patch<'HTTP_FILTER'>, { httpFilters }: HttpConnectionManager): void {
  const named = filterNamed(patch.match)?.subFilter;
  const matches = ({ name }: { name: string }) => named === undefined || named.name === name;
  editList(editing, patch, { list: httpFilters, isNamed: named !== undefined, matches });
}

function mergeFilters(editing: Editing, patch: Patch<'HTTP_FILTER'>, { httpFilters }: HttpConnectionManager): void {
  if (patch.operation !== 'MERGE') return;
  const named = filterNamed(patch.match)?.subFilter;
  for (const filter of httpFilters) {
    if (named !== undefined && named.name !== filter.name) continue;
    if (mergeFilter(filter, patch.value)) editing.applied.add(patch);
  }
}
