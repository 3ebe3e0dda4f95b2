import type { TokenBucket } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';

/** Envoy refuses a shorter interval between fills. */
const FILL_INTERVAL_MIN_MS = 50;

/** What a bucket of tokens is made of. */
export interface BucketSize {
  readonly max: number;
  readonly perMillisecond: number;
}

/** @throws ConfigError */
export function compileBucketSize(config: TokenBucket, path: string): BucketSize {
  const interval_ms = milliseconds(config.fillInterval, 0);
  if (interval_ms < FILL_INTERVAL_MIN_MS)
    throw new ConfigError(`${path}.fill_interval`, `must be at least ${FILL_INTERVAL_MIN_MS} ms`);
  if (config.maxTokens === 0) throw new ConfigError(`${path}.max_tokens`, 'must be greater than 0');
  return { max: config.maxTokens, perMillisecond: (config.tokensPerFill ?? 1) / interval_ms };
}

/** A bucket that is filled all the time, not at intervals: a request takes one whole token. Times are monotonic. */
export class FluidBucket {
  private tokens: number;

  constructor(
    readonly size: BucketSize,
    private at_ms: number,
  ) {
    this.tokens = size.max;
  }

  take(now_ms: number): boolean {
    this.fill(now_ms);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  /** Whole tokens. */
  remaining(now_ms: number): number {
    this.fill(now_ms);
    return Math.floor(this.tokens);
  }

  /** Until there is a token; 0 when there is one. */
  wait_ms(now_ms: number): number {
    this.fill(now_ms);
    return this.tokens >= 1 ? 0 : (1 - this.tokens) / this.size.perMillisecond;
  }

  private fill(now_ms: number): void {
    this.tokens = Math.min(this.size.max, this.tokens + (now_ms - this.at_ms) * this.size.perMillisecond);
    this.at_ms = now_ms;
  }
}
