import {
  type Filter,
  type FilterChain,
  FilterChainSchema,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { type Listener, ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { editList, messageFor } from './edit-list.js';
import { filterNamed, matchesChain, matchesFilter, matchesListener } from './listener-match.js';
import { mergeInto } from './merge.js';
import { mergeFilter } from './merge-filter.js';
import { mergeSocket } from './patch-cluster.js';
import { patchHttp } from './patch-http.js';
import { type Editing, type Patch, patchesOf } from './patch-types.js';

/**
 * From the whole to its parts: the listener, its listener filters, its chains, in each its network filters, in these the HTTP filters.
 * @returns the listener, changed; undefined: it is not to be
 */
export function patchListener(editing: Editing, listener: Listener): Listener | undefined {
  for (const patch of patchesOf(editing, 'LISTENER')) {
    const { operation, match, value } = patch;
    if ((operation !== 'REMOVE' && operation !== 'MERGE') || !matchesListener(match, listener, true)) continue;
    editing.applied.add(patch);
    if (operation === 'REMOVE') return undefined;
    mergeInto(ListenerSchema, listener, value);
  }
  patchListenerFilters(editing, listener);
  patchChains(editing, listener);
  return listener;
}

function patchListenerFilters(editing: Editing, listener: Listener): void {
  for (const patch of patchesOf(editing, 'LISTENER_FILTER')) {
    if (!matchesListener(patch.match, listener)) continue;
    const named = patch.match.listener?.listenerFilter;
    const matches = ({ name }: { name: string }) => !named || named === name;
    editList(editing, patch, { list: listener.listenerFilters, isNamed: Boolean(named), matches });
  }
}

function patchChains(editing: Editing, listener: Listener): void {
  listener.filterChains = listener.filterChains.filter((chain) => patchChain(editing, listener, chain));
  const { defaultFilterChain } = listener;
  if (defaultFilterChain && !patchChain(editing, listener, defaultFilterChain)) delete listener.defaultFilterChain;
  for (const patch of patchesOf(editing, 'FILTER_CHAIN')) {
    if (patch.operation !== 'ADD' || !matchesListener(patch.match, listener)) continue;
    editing.applied.add(patch);
    listener.filterChains.push(messageFor(patch));
  }
}

/** @returns false: it is not to be */
function patchChain(editing: Editing, listener: Listener, chain: FilterChain): boolean {
  for (const patch of patchesOf(editing, 'FILTER_CHAIN')) {
    const { operation, match } = patch;
    if (operation !== 'REMOVE' && operation !== 'MERGE') continue;
    if (!matchesListener(match, listener) || !matchesChain(match, listener, chain)) continue;
    editing.applied.add(patch);
    if (operation === 'REMOVE') return false;
    mergeChain(chain, patch);
  }
  patchNetworkFilters(editing, listener, chain);
  return true;
}

/** As with clusters, a patch with a transport socket of the same name changes what is in that. */
function mergeChain(chain: FilterChain, { value }: Patch<'FILTER_CHAIN'>): void {
  const [old, patch] = [chain.transportSocket, value.transportSocket];
  if (old !== undefined && old.name === patch?.name) mergeSocket(old, patch);
  else mergeInto(FilterChainSchema, chain, value);
}

function patchNetworkFilters(editing: Editing, listener: Listener, chain: FilterChain): void {
  const patches = patchesOf(editing, 'NETWORK_FILTER').filter(
    ({ match }) => matchesListener(match, listener) && matchesChain(match, listener, chain),
  );
  for (const patch of patches) {
    const isNamed = filterNamed(patch.match) !== undefined;
    editList(editing, patch, { list: chain.filters, isNamed, matches: ({ name }) => matchesFilter(patch.match, name) });
  }
  for (const filter of chain.filters) {
    mergeNetworkFilter(editing, patches, filter);
    patchHttp(editing, listener, chain, filter);
  }
}

function mergeNetworkFilter(editing: Editing, patches: readonly Patch<'NETWORK_FILTER'>[], filter: Filter): void {
  for (const patch of patches) {
    if (patch.operation !== 'MERGE' || !matchesFilter(patch.match, filter.name)) continue;
    if (mergeFilter(filter, patch.value)) editing.applied.add(patch);
  }
}
