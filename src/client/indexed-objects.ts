import type { KubeObject } from '../resources/object.js';

/** The values that an object is to be found by. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

/** Objects by namespace and name, and by any number of indexes. */
export class IndexedObjects<T extends KubeObject> {
  private readonly objects = new Map<string, T>();
  private readonly indexes: Map<string, { readonly of: IndexFunction<T>; readonly values: Map<string, Set<T>> }>;

  constructor(functions: Readonly<Record<string, IndexFunction<T>>>) {
    this.indexes = new Map(Object.entries(functions).map(([name, of]) => [name, { of, values: new Map() }]));
  }

  get(name: string, namespace?: string): T | undefined {
    return this.objects.get(keyOf(name, namespace));
  }

  all(): IterableIterator<T> {
    return this.objects.values();
  }

  list(namespace?: string): T[] {
    const all = [...this.objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.indexes.get(index);
    if (!found)
      throw new RangeError(`No index ${JSON.stringify(index)}: there are ${[...this.indexes.keys()].join(', ')}`);
    return [...(found.values.get(value) ?? [])];
  }

  /** @returns the object that it replaced */
  put(object: T): T | undefined {
    const key = keyOf(object.metadata.name, object.metadata.namespace);
    const old = this.objects.get(key);
    if (old) this.unindex(old);
    this.objects.set(key, object);
    for (const { of, values } of this.indexes.values()) {
      for (const value of of(object)) {
        const set = values.get(value);
        if (set) set.add(object);
        else values.set(value, new Set([object]));
      }
    }
    return old;
  }

  /** @returns whether it was there */
  remove({ metadata }: T): boolean {
    const key = keyOf(metadata.name, metadata.namespace);
    const old = this.objects.get(key);
    if (!old) return false;
    this.unindex(old);
    return this.objects.delete(key);
  }

  private unindex(object: T): void {
    for (const { of, values } of this.indexes.values()) {
      for (const value of of(object)) {
        const set = values.get(value);
        set?.delete(object);
        if (set?.size === 0) values.delete(value);
      }
    }
  }
}

function keyOf(name: string, namespace = ''): string {
  return `${namespace}/${name}`;
}
