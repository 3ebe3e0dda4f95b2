import type { LocalRateLimitDescriptor } from '../../xds/types/gen/envoy/extensions/common/ratelimit/v3/ratelimit_pb.js';
import type { TokenBucket } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { ConfigError } from '../errors.js';
import { type Descriptor, descriptorKey } from './descriptor.js';
import { type BucketSize, compileBucketSize, FluidBucket } from './fluid-bucket.js';

/** The buckets that a local rate limit is made of. */
export interface LimiterPlan {
  /** Undefined limits nothing. */
  readonly general: BucketSize | undefined;
  /** By the key of a descriptor, the one that fills slowest first. */
  readonly special: ReadonlyMap<string, BucketSize>;
  /** Requests that a descriptor's bucket admits take from the general one, too. */
  readonly alwaysGeneral: boolean;
}

/** @throws ConfigError */
export function compileLimiterPlan(
  bucket: TokenBucket | undefined,
  descriptors: readonly LocalRateLimitDescriptor[],
  alwaysGeneral: boolean,
  path: string,
): LimiterPlan {
  const special = descriptors.map((descriptor, i) => {
    const at = `${path}.descriptors[${i}]`;
    if (descriptor.tokenBucket === undefined) throw new ConfigError(at, 'a descriptor needs a token_bucket');
    return [
      descriptorKey(descriptor.entries),
      compileBucketSize(descriptor.tokenBucket, `${at}.token_bucket`),
    ] as const;
  });
  special.sort(([, a], [, b]) => a.perMillisecond - b.perMillisecond);
  const map = new Map(special);
  if (map.size < special.length) throw new ConfigError(`${path}.descriptors`, 'duplicate descriptor');
  return {
    general: bucket === undefined ? undefined : compileBucketSize(bucket, `${path}.token_bucket`),
    special: map,
    alwaysGeneral,
  };
}

/** The answer of a limiter, and the bucket that a client is told of. */
export interface Admission {
  readonly allowed: boolean;
  readonly bucket: FluidBucket | undefined;
}

/** The buckets of one plan, filled. */
export class LocalLimiter {
  private readonly general: FluidBucket | undefined;
  private readonly special: ReadonlyMap<string, FluidBucket>;

  constructor(
    private readonly plan: LimiterPlan,
    now_ms: number,
  ) {
    this.general = plan.general === undefined ? undefined : new FluidBucket(plan.general, now_ms);
    this.special = new Map([...plan.special].map(([key, size]) => [key, new FluidBucket(size, now_ms)]));
  }

  /** Takes a token of each bucket that a descriptor names, then of the general one. */
  admit(descriptors: readonly Descriptor[], now_ms: number): Admission {
    const wanted = new Set(descriptors.map(({ entries }) => descriptorKey(entries)));
    let tightest: FluidBucket | undefined;
    for (const [key, bucket] of this.special) {
      if (!wanted.has(key)) continue;
      if (!bucket.take(now_ms)) return { allowed: false, bucket };
      tightest = tighter(tightest, bucket, now_ms);
    }
    if (this.general === undefined || (tightest !== undefined && !this.plan.alwaysGeneral))
      return { allowed: true, bucket: tightest };
    if (!this.general.take(now_ms)) return { allowed: false, bucket: this.general };
    return { allowed: true, bucket: tighter(tightest, this.general, now_ms) };
  }
}

function tighter(known: FluidBucket | undefined, bucket: FluidBucket, now_ms: number): FluidBucket {
  return known === undefined || bucket.remaining(now_ms) < known.remaining(now_ms) ? bucket : known;
}
