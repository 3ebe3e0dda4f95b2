import { LayeredMap } from './layered-map.js';
import { successorOf } from './patched-map.js';

type Maps = ReadonlyMap<string, object>;

/** Patches that are followed from one map to another before they are compared whole. */
const PATCHES_FOLLOWED_MAX = 1_000;

const compared = new WeakMap<Maps, WeakMap<Maps, readonly string[]>>();

/**
 * Names under which two maps may hold different values, by identity; may name more than that. What many ask for is worked out once:
 * maps that share a layer cost nothing for it, and those that came from each other by patches only the patches.
 */
export function differences(from: Maps, to: Maps): readonly string[] {
  if (from === to) return [];
  if (from instanceof LayeredMap && to instanceof LayeredMap) {
    const shared = differences(from.shared, to.shared);
    return from.own === to.own ? shared : [...new Set([...shared, ...differences(from.own, to.own)])];
  }
  const known = compared.get(from) ?? new WeakMap<Maps, readonly string[]>();
  compared.set(from, known);
  const names = known.get(to) ?? patchesBetween(from, to) ?? compare(from, to);
  known.set(to, names);
  return names;
}

function patchesBetween(from: Maps, to: Maps): readonly string[] | undefined {
  const names = new Set<string>();
  let at = from;
  for (let i = 0; i < PATCHES_FOLLOWED_MAX; i++) {
    const next = successorOf(at);
    if (next === undefined) return undefined;
    for (const name of next.names) names.add(name);
    at = next.map as Maps;
    if (at === to) return [...names];
  }
  return undefined;
}

function compare(from: Maps, to: Maps): string[] {
  const names: string[] = [];
  for (const [name, value] of to) if (from.get(name) !== value) names.push(name);
  for (const name of from.keys()) if (!to.has(name)) names.push(name);
  return names;
}
