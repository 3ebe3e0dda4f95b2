import type { Any } from '@bufbuild/protobuf/wkt';
import { LocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { unpack } from '../config/registry.js';
import type { GateFilter } from '../listener/network-filter.js';
import type { NetworkFilterEnvironment } from './network-filters.js';
import { compileRuntimeFlag } from './runtime-flag.js';
import { TokenBucket } from './token-bucket.js';

/** `envoy.filters.network.local_ratelimit`: how quickly connections may come. @throws ConfigError */
export function compileNetworkLocalRateLimit(
  any: Any,
  { context }: NetworkFilterEnvironment,
  path: string,
): GateFilter {
  const config = unpack(any, LocalRateLimitSchema);
  const bucket = new TokenBucket(config.tokenBucket, context.clock, `${path}.token_bucket`);
  const enabled = compileRuntimeFlag(config.runtimeEnabled, context.runtime);
  const limited = context.stats.counter(`local_rate_limit.${config.statPrefix}.rate_limited`);
  return {
    early: true,
    admit() {
      if (!enabled() || bucket.take()) return 'pass';
      limited.value++;
      return 'close';
    },
  };
}
