import type { Entry } from './store.js';

/** A map that also knows the order of its keys (by UTF-16 code unit), for ranges by prefix. */
export class SortedEntries<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private keys: string[] = [];

  constructor(initial: Iterable<Entry<T>> = []) {
    for (const entry of initial) this.entries.set(entry.key, entry);
    this.keys = [...this.entries.keys()].sort();
  }

  get size(): number {
    return this.keys.length;
  }

  get(key: string): Entry<T> | undefined {
    return this.entries.get(key);
  }

  set(entry: Entry<T>): void {
    if (!this.entries.has(entry.key)) this.keys.splice(this.indexOf(entry.key), 0, entry.key);
    this.entries.set(entry.key, entry);
  }

  delete(key: string): void {
    if (this.entries.delete(key)) this.keys.splice(this.indexOf(key), 1);
  }

  /** All entries under a prefix, in order. */
  *under(prefix: string): IterableIterator<Entry<T>> {
    for (let i = this.indexOf(prefix); i < this.keys.length; i++) {
      const key = this.keys[i]!;
      if (!key.startsWith(prefix)) return;
      yield this.entries.get(key)!;
    }
  }

  /** Where the key is, or would be. */
  private indexOf(key: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
