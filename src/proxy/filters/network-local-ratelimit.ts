import type { Any } from '@bufbuild/protobuf/wkt';
import { LocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { GateFilter } from '../listener/network-filter.js';
import { compileBucketSize, FluidBucket } from '../ratelimit/fluid-bucket.js';
import type { NetworkFilterEnvironment } from './network-filters.js';
import { compileRuntimeFlag } from './runtime-flag.js';

/** `envoy.filters.network.local_ratelimit`: how quickly connections may come. @throws ConfigError */
export function compileNetworkLocalRateLimit(
  any: Any,
  { context }: NetworkFilterEnvironment,
  path: string,
): GateFilter {
  const config = unpack(any, LocalRateLimitSchema);
  if (config.tokenBucket === undefined) throw new ConfigError(`${path}.token_bucket`, 'value is required');
  const { clock } = context;
  const bucket = new FluidBucket(compileBucketSize(config.tokenBucket, `${path}.token_bucket`), clock.monotonic_ms());
  const enabled = compileRuntimeFlag(config.runtimeEnabled, context.runtime);
  const limited = context.stats.counter(`local_rate_limit.${config.statPrefix}.rate_limited`);
  return {
    early: true,
    admit() {
      if (!enabled() || bucket.take(clock.monotonic_ms())) return 'pass';
      limited.value++;
      return 'close';
    },
  };
}
