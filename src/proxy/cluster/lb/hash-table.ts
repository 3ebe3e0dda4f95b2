import type { Host } from '../host.js';

/** Hosts in the cluster's order, what each is hashed by, and weights that sum to 1. */
export interface WeightedHosts {
  readonly hosts: readonly Host[];
  readonly keys: readonly string[];
  readonly weights: readonly number[];
}

/** Leads a hash to a host. */
export interface HashTable {
  /** @param attempt 0 at first; a further one leads to another host if it can */
  find(hash: bigint, attempt: number): Host | undefined;
}

export type HashTableFactory = (hosts: WeightedHosts) => HashTable;
