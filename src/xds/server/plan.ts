import { type ResourceSet, TYPE_URL, type XdsResource } from './source.js';
import type { Push, TypeState } from './type-state.js';

/** Additions go out in this order, each type after the one before was answered: what is referred to comes before what refers. */
const MAKE_ORDER: readonly string[] = [
  TYPE_URL.cluster,
  TYPE_URL.endpoint,
  TYPE_URL.secret,
  TYPE_URL.policy,
  TYPE_URL.listener,
  TYPE_URL.route,
];
/** Removals go out after all additions, in the opposite sense. */
const BREAK_ORDER: readonly string[] = [
  TYPE_URL.listener,
  TYPE_URL.route,
  TYPE_URL.cluster,
  TYPE_URL.endpoint,
  TYPE_URL.secret,
  TYPE_URL.policy,
];
const NONE: ReadonlyMap<string, XdsResource> = new Map();

/**
 * What may be sent to a client now, given what it has and what it is to have. Pure. At most one response per type is in flight;
 * the caller asks again after each answer, until nothing is left.
 *
 * @param warming clusters that were just sent and whose endpoints the client is about to ask for
 */
export function nextPushes(
  types: ReadonlyMap<string, TypeState>,
  resources: ResourceSet,
  warming: ReadonlySet<string>,
): Push[] {
  const answers = answersToAsked(types, resources);
  if (answers.length > 0) return answers;
  return nextAddition(types, resources, warming) ?? nextRemoval(types, resources) ?? [];
}

/** What a client asks for by name is part of a change that it already works on, so it does not wait for its turn. */
function answersToAsked(types: ReadonlyMap<string, TypeState>, resources: ResourceSet): Push[] {
  const answers: Push[] = [];
  for (const state of types.values()) {
    if (state.inFlight !== undefined || state.asked.size === 0) continue;
    const existing = resources.get(state.typeUrl) ?? NONE;
    const changed = [...state.asked].flatMap((name) => existing.get(name) ?? []);
    const removed = [...state.asked].filter((name) => !existing.has(name));
    answers.push({ typeUrl: state.typeUrl, changed, removed });
  }
  return answers;
}

/** @returns undefined when the client has all there is; an empty list while something must be awaited */
function nextAddition(
  types: ReadonlyMap<string, TypeState>,
  resources: ResourceSet,
  warming: ReadonlySet<string>,
): Push[] | undefined {
  for (const state of ordersOf(types).make) {
    if (state.inFlight !== undefined) return [];
    if (warming.size > 0 && (state.typeUrl === TYPE_URL.listener || state.typeUrl === TYPE_URL.route)) return [];
    const { changed } = state.difference(resources.get(state.typeUrl) ?? NONE);
    if (changed.length > 0 || state.owesAnswer) return [{ typeUrl: state.typeUrl, changed, removed: [] }];
  }
  return undefined;
}

function nextRemoval(types: ReadonlyMap<string, TypeState>, resources: ResourceSet): Push[] | undefined {
  for (const state of ordersOf(types).remove) {
    const { gone: removed } = state.difference(resources.get(state.typeUrl) ?? NONE);
    if (removed.length > 0) return [{ typeUrl: state.typeUrl, changed: [], removed }];
  }
  return undefined;
}

interface Orders {
  readonly types: number;
  readonly make: readonly TypeState[];
  readonly remove: readonly TypeState[];
}

const orders = new WeakMap<ReadonlyMap<string, TypeState>, Orders>();

/** Sorted once for each client: it asks for its types at the start, and they are gone through at every change and answer. */
function ordersOf(types: ReadonlyMap<string, TypeState>): Orders {
  const known = orders.get(types);
  if (known?.types === types.size) return known;
  const made = { types: types.size, make: inOrder(types, MAKE_ORDER), remove: inOrder(types, BREAK_ORDER) };
  orders.set(types, made);
  return made;
}

/** The types of the client in the given order, then those that it does not name. */
function inOrder(types: ReadonlyMap<string, TypeState>, order: readonly string[]): TypeState[] {
  const named = order.flatMap((typeUrl) => types.get(typeUrl) ?? []);
  return [...named, ...[...types.values()].filter((state) => !order.includes(state.typeUrl))];
}
