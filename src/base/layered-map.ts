/** Two maps as one, without copying either: `shared` is part of many, `own` is what only this one has. Shared names win. */
export class LayeredMap<V extends object> implements ReadonlyMap<string, V> {
  constructor(
    readonly shared: ReadonlyMap<string, V>,
    readonly own: ReadonlyMap<string, V>,
  ) {}

  get size(): number {
    let { size } = this.shared;
    for (const name of this.own.keys()) if (!this.shared.has(name)) size++;
    return size;
  }

  get(name: string): V | undefined {
    return this.shared.get(name) ?? this.own.get(name);
  }

  has(name: string): boolean {
    return this.shared.has(name) || this.own.has(name);
  }

  *entries(): MapIterator<[string, V]> {
    yield* this.shared;
    for (const entry of this.own) if (!this.shared.has(entry[0])) yield entry;
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
