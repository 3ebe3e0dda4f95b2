import type { RateLimitUnit } from '../../xds/types/gen/envoy/type/v3/ratelimit_unit_pb.js';

/** What a rate limit is counted by: pairs of keys and values, in order. */
export interface Descriptor {
  readonly entries: readonly DescriptorEntry[];
  /** The request brings its own limit. */
  readonly limit?: { readonly requestsPerUnit: number; readonly unit: RateLimitUnit } | undefined;
}

export interface DescriptorEntry {
  readonly key: string;
  readonly value: string;
}

/** Equal for equal descriptors. */
export function descriptorKey(entries: readonly DescriptorEntry[]): string {
  return JSON.stringify(entries.map(({ key, value }) => [key, value]));
}
