import { xxHash64 } from '../../hash/xxhash64.js';
import type { Host } from '../host.js';
import type { HashTable, HashTableFactory, WeightedHosts } from './hash-table.js';

const U64_MAX = 0xffffffffffffffffn;

/** What gauges tell of a table. */
export interface MaglevFigures {
  min: number;
  max: number;
}

class MaglevTable implements HashTable {
  private readonly size: bigint;

  constructor(
    private readonly hosts: readonly Host[],
    private readonly owners: Uint32Array,
  ) {
    this.size = BigInt(owners.length);
  }

  find(hash: bigint, attempt: number): Host | undefined {
    // another attempt changes most bits, so that attempts don't all lead to one host
    const mixed = attempt === 0 ? hash : hash ^ (U64_MAX - BigInt(attempt) + 1n);
    return this.hosts[this.owners[Number(mixed % this.size)]!];
  }
}

interface Row {
  readonly owner: number;
  readonly weight: number;
  readonly skip: number;
  place: number;
  target: number;
  count: number;
}

/**
 * A table that hosts fill in turns, each in its own order of places ("Maglev: A Fast and Reliable Software Network Load
 * Balancer", 3.4). The same hosts make the same table as in Envoy.
 * @param size a prime number
 */
export function maglevFactory(size: number, tell: (figures: MaglevFigures) => void): HashTableFactory {
  return (weighted: WeightedHosts) => {
    const owners = new Uint32Array(size);
    if (weighted.hosts.length === 0) return new MaglevTable([], owners);
    const rows = rowsOf(weighted, size);
    fill(owners, rows);
    const counts = rows.map((row) => row.count);
    tell({ min: Math.min(...counts), max: Math.max(...counts) });
    return new MaglevTable(weighted.hosts, owners);
  };
}

function rowsOf({ hosts, keys, weights }: WeightedHosts, size: number): readonly Row[] {
  const order = [...hosts.keys()].sort((a, b) => (keys[a]! < keys[b]! ? -1 : Number(keys[a]! > keys[b]!)));
  return order.map((owner) => ({
    owner,
    weight: weights[owner]!,
    place: Number(xxHash64(keys[owner]!) % BigInt(size)),
    skip: Number(xxHash64(keys[owner]!, 1n) % BigInt(size - 1)) + 1,
    target: 0,
    count: 0,
  }));
}

function fill(owners: Uint32Array, rows: readonly Row[]): void {
  const size = owners.length;
  const heaviest = rows.reduce((max, row) => Math.max(max, row.weight), 0);
  const taken = new Uint8Array(size);
  let filled = 0;
  for (let round = 1; filled < size; round++) {
    for (const row of rows) {
      if (filled === size) return;
      // a host with a third of the heaviest one's weight takes part in each third round
      if (round * row.weight < row.target) continue;
      row.target += heaviest;
      while (taken[row.place] === 1) row.place = (row.place + row.skip) % size;
      taken[row.place] = 1;
      owners[row.place] = row.owner;
      row.place = (row.place + row.skip) % size;
      row.count++;
      filled++;
    }
  }
}

/** @param number a whole number below 2^31 */
export function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
