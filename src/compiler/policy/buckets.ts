import type { Buckets } from '../../resources/istio/policy/handlers/prometheus.js';

/** Those of Prometheus' own client, in seconds. */
const DEFAULT_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The upper bounds of a distribution's buckets, without the last that has none. */
export function boundsOf({ linearBuckets, exponentialBuckets, explicitBuckets }: Buckets = {}): readonly number[] {
  if (linearBuckets !== undefined) {
    const { numFiniteBuckets = 0, width = 0, offset = 0 } = linearBuckets;
    return Array.from({ length: numFiniteBuckets + 1 }, (_, index) => offset + width * index);
  }
  if (exponentialBuckets !== undefined) {
    const { numFiniteBuckets = 0, growthFactor = 1, scale = 1 } = exponentialBuckets;
    return Array.from({ length: numFiniteBuckets + 1 }, (_, index) => scale * growthFactor ** index);
  }
  return explicitBuckets?.bounds ?? DEFAULT_BOUNDS;
}
