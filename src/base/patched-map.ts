/** Patches are laid over each other until they hold this many names; then the whole map is copied once. */
const PATCH_NAMES_MAX = 64;

interface Successor {
  readonly map: ReadonlyMap<string, unknown>;
  readonly names: readonly string[];
}

/** What became of a map by a patch: so that the way from one to the other is known without comparing them. */
const successors = new WeakMap<object, Successor>();

/**
 * The map with some names changed, or taken away where the value is undefined. The map itself stays as it is, and what has not
 * changed is shared: the cost is that of the patch, not that of the map. Names keep their place, new ones come last.
 */
export function patchedMap<V extends object>(
  map: ReadonlyMap<string, V>,
  patch: ReadonlyMap<string, V | undefined>,
): ReadonlyMap<string, V> {
  if (patch.size === 0) return map;
  const made = apply(map, patch);
  successors.set(map, { map: made, names: [...patch.keys()] });
  return made;
}

/** What a patch made of this map last; undefined where there is none. */
export function successorOf(map: ReadonlyMap<string, unknown>): Successor | undefined {
  return successors.get(map);
}

function apply<V extends object>(
  map: ReadonlyMap<string, V>,
  patch: ReadonlyMap<string, V | undefined>,
): ReadonlyMap<string, V> {
  const [base, before] = map instanceof PatchedMap ? map.parts() : [map, NO_PATCH];
  const both = new Map<string, V | undefined>([...before, ...patch]);
  if (both.size <= PATCH_NAMES_MAX) return new PatchedMap<V>(base, both);
  const copy = new Map(base);
  for (const [name, value] of both) {
    if (value === undefined) copy.delete(name);
    else copy.set(name, value);
  }
  return copy;
}

const NO_PATCH: ReadonlyMap<string, undefined> = new Map();

class PatchedMap<V extends object> implements ReadonlyMap<string, V> {
  readonly size: number;

  constructor(
    private readonly base: ReadonlyMap<string, V>,
    private readonly patch: ReadonlyMap<string, V | undefined>,
  ) {
    let { size } = base;
    for (const [name, value] of patch) size += Number(value !== undefined) - Number(base.has(name));
    this.size = size;
  }

  parts(): [ReadonlyMap<string, V>, ReadonlyMap<string, V | undefined>] {
    return [this.base, this.patch];
  }

  get(name: string): V | undefined {
    return this.patch.has(name) ? this.patch.get(name) : this.base.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *entries(): MapIterator<[string, V]> {
    for (const entry of this.base) {
      const value = this.patch.get(entry[0]);
      if (value !== undefined) yield [entry[0], value];
      else if (!this.patch.has(entry[0])) yield entry;
    }
    for (const [name, value] of this.patch) if (value !== undefined && !this.base.has(name)) yield [name, value];
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }
}
