import { ConfigError } from '../../errors.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { HashTableFactory } from './hash-table.js';
import { isPrime, maglevFactory } from './maglev.js';
import { ringFactory } from './ring.js';

/** Envoy's defaults and bounds: places on a ring, entries of a Maglev table. */
const RING_SIZE_MIN = 1024;
const RING_SIZE_MAX = 8 * 1024 * 1024;
const TABLE_SIZE = 65_537;
const TABLE_SIZE_MAX = 5_000_011;

interface RingConfig {
  readonly minimumRingSize?: bigint | undefined;
  readonly maximumRingSize?: bigint | undefined;
}

/** @throws ConfigError */
export function compileRing(
  config: RingConfig | undefined,
  murmur: boolean,
  stats: ClusterStats,
  path: string,
): HashTableFactory {
  const minSize = Number(config?.minimumRingSize ?? RING_SIZE_MIN);
  const maxSize = Number(config?.maximumRingSize ?? RING_SIZE_MAX);
  for (const [name, value] of [
    ['minimum_ring_size', minSize],
    ['maximum_ring_size', maxSize],
  ] as const) {
    if (value > RING_SIZE_MAX) throw new ConfigError(`${path}.${name}`, `must not be above ${RING_SIZE_MAX}`);
  }
  if (minSize > maxSize) {
    throw new ConfigError(path, `minimum_ring_size (${minSize}) > maximum_ring_size (${maxSize})`);
  }
  const size = stats.gauge('ring_hash_lb.size');
  const min = stats.gauge('ring_hash_lb.min_hashes_per_host');
  const max = stats.gauge('ring_hash_lb.max_hashes_per_host');
  return ringFactory({ minSize, maxSize, murmur }, (figures) => {
    size.set(figures.size);
    min.set(figures.min);
    max.set(figures.max);
  });
}

/** @throws ConfigError */
export function compileMaglev(tableSize: bigint | undefined, stats: ClusterStats, path: string): HashTableFactory {
  const size = Number(tableSize ?? TABLE_SIZE);
  const at = `${path}.table_size`;
  if (size > TABLE_SIZE_MAX) throw new ConfigError(at, `must not be above ${TABLE_SIZE_MAX}`);
  if (!isPrime(size)) throw new ConfigError(at, 'The table size of maglev must be prime number');
  const min = stats.gauge('maglev_lb.min_entries_per_host');
  const max = stats.gauge('maglev_lb.max_entries_per_host');
  return maglevFactory(size, (figures) => {
    min.set(figures.min);
    max.set(figures.max);
  });
}
