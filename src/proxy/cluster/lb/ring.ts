import { murmurHash2 } from '../../hash/murmur-hash2.js';
import { xxHash64 } from '../../hash/xxhash64.js';
import type { Host } from '../host.js';
import type { HashTable, HashTableFactory, WeightedHosts } from './hash-table.js';

export interface RingOptions {
  readonly minSize: number;
  readonly maxSize: number;
  readonly murmur: boolean;
}

/** What gauges tell of a ring. */
export interface RingFigures {
  size: number;
  min: number;
  max: number;
}

/** Hosts on a ring of hashes (ketama): a request goes to the first at or behind its own hash. */
class Ring implements HashTable {
  private readonly hashes: BigUint64Array;
  private readonly owners: Uint32Array;

  constructor(
    private readonly hosts: readonly Host[],
    places: readonly { readonly hash: bigint; readonly owner: number }[],
  ) {
    this.hashes = BigUint64Array.from(places, ({ hash }) => hash);
    this.owners = Uint32Array.from(places, ({ owner }) => owner);
  }

  find(hash: bigint, attempt: number): Host | undefined {
    const size = this.hashes.length;
    if (size === 0) return undefined;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.hashes[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return this.hosts[this.owners[(low + attempt) % size]!];
  }
}

/**
 * Each host has as many places as its weight says, the lightest a whole number of them and at least `minSize` in all.
 * The same hosts make the same ring as in Envoy.
 */
export function ringFactory(options: RingOptions, tell: (figures: RingFigures) => void): HashTableFactory {
  const hashOf = options.murmur ? murmurHash2 : (text: string): bigint => xxHash64(text);
  return ({ hosts, keys, weights }: WeightedHosts) => {
    const least = weights.reduce((min, weight) => Math.min(min, weight), 1);
    const scale = Math.min(Math.ceil(least * options.minSize) / least, options.maxSize);
    const places: { hash: bigint; owner: number }[] = [];
    const figures = { size: hosts.length === 0 ? 0 : Math.ceil(scale), min: Number.POSITIVE_INFINITY, max: 0 };
    let target = 0;
    hosts.forEach((_, owner) => {
      target += scale * weights[owner]!;
      let i = 0;
      for (; places.length < target; i++) places.push({ hash: hashOf(`${keys[owner]}_${i}`), owner });
      figures.min = Math.min(figures.min, i);
      figures.max = Math.max(figures.max, i);
    });
    places.sort((a, b) => (a.hash < b.hash ? -1 : Number(a.hash > b.hash)));
    if (hosts.length > 0) tell(figures);
    return new Ring(hosts, places);
  };
}
