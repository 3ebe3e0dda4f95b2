import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { MetadataCriteria } from './choice-context.js';

/** Key of the criteria that holds what to try instead, in order. */
export const FALLBACK_LIST = 'fallback_list';

const KEYS = new WeakMap<MetadataCriteria, string>();

/** The name of the subset that criteria ask for. Criteria of a route are the same object for each request: asked once. */
export function keyOfCriteria(criteria: MetadataCriteria): string {
  let key = KEYS.get(criteria);
  if (key === undefined) {
    const names = [...criteria.keys()].sort();
    key = subsetKey(names.map((name) => [name, criteria.get(name)!]));
    KEYS.set(criteria, key);
  }
  return key;
}

/**
 * The names of the subsets that a host belongs to by a selector's keys: none when it lacks one, several when a list stands for
 * each of its values.
 * @param keys sorted
 */
export function keysOfHost(metadata: JsonObject, keys: readonly string[], listAsAny: boolean): readonly string[] {
  let pairs: (readonly (readonly [string, JsonValue])[])[] = [[]];
  for (const key of keys) {
    const value = metadata[key];
    if (value === undefined) return [];
    const values = listAsAny && Array.isArray(value) ? value : [value];
    pairs = pairs.flatMap((known) => values.map((each) => [...known, [key, each] as const]));
  }
  return pairs.map(subsetKey);
}

/** Whether a host's metadata has each of the values. */
export function matchesMetadata(metadata: JsonObject, wanted: JsonObject, listAsAny: boolean): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const found = metadata[key];
    if (found === undefined) return false;
    const text = canonical(value);
    if (listAsAny && Array.isArray(found)) return found.some((each) => canonical(each) === text);
    return canonical(found) === text;
  });
}

/** The keys that criteria must have, all of them and no other. */
export function namesKey(names: Iterable<string>): string {
  return JSON.stringify([...names].sort());
}

function subsetKey(pairs: readonly (readonly [string, JsonValue])[]): string {
  return pairs.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join(',');
}

/** JSON text where the order of an object's fields makes no difference. */
function canonical(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${canonical(value[field]!)}`).join(',')}}`;
}

/** `canary` of `envoy.lb`, by which retries may avoid a host. */
export function isCanary(metadata: JsonObject): boolean {
  return metadata['canary'] === true;
}
