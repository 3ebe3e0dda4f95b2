import type { Clock } from '../../base/clock.js';
import type { TokenBucket as Config } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';

/** Envoy refuses a shorter interval between fills. */
const FILL_INTERVAL_MIN_MS = 50;

/** Tokens that are filled up at intervals; whoever finds none is too early. */
export class TokenBucket {
  private tokens: number;
  private filledAt_ms: number;
  private readonly max: number;
  private readonly perFill: number;
  private readonly interval_ms: number;

  /** @throws ConfigError */
  constructor(
    config: Config | undefined,
    private readonly clock: Clock,
    path: string,
  ) {
    if (config === undefined || config.maxTokens === 0)
      throw new ConfigError(path, 'max_tokens must be greater than 0');
    this.max = config.maxTokens;
    this.perFill = config.tokensPerFill ?? 1;
    this.interval_ms = milliseconds(config.fillInterval, 0);
    if (this.interval_ms < FILL_INTERVAL_MIN_MS)
      throw new ConfigError(`${path}.fill_interval`, `must be at least ${FILL_INTERVAL_MIN_MS} ms`);
    this.tokens = this.max;
    this.filledAt_ms = clock.monotonic_ms();
  }

  take(): boolean {
    const fills = Math.floor((this.clock.monotonic_ms() - this.filledAt_ms) / this.interval_ms);
    if (fills > 0) {
      this.filledAt_ms += fills * this.interval_ms;
      this.tokens = Math.min(this.max, this.tokens + fills * this.perFill);
    }
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
