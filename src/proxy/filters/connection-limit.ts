import type { Any } from '@bufbuild/protobuf/wkt';
import { ConnectionLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { GateFilter } from '../listener/network-filter.js';
import type { NetworkFilterEnvironment } from './network-filters.js';
import { compileRuntimeFlag } from './runtime-flag.js';

/** `envoy.filters.network.connection_limit`: the most connections that its filter chain has at once. @throws ConfigError */
export function compileConnectionLimit(any: Any, { context }: NetworkFilterEnvironment, path: string): GateFilter {
  const config = unpack(any, ConnectionLimitSchema);
  const max = Number(config.maxConnections ?? 0n);
  if (max < 1) throw new ConfigError(`${path}.max_connections`, 'must be at least 1');
  const after_ms = milliseconds(config.delay, 0);
  const enabled = compileRuntimeFlag(config.runtimeEnabled, context.runtime);
  const prefix = `connection_limit.${config.statPrefix}`;
  const limited = context.stats.counter(`${prefix}.limited_connections`);
  const active = context.stats.gauge(`${prefix}.active_connections`);
  return {
    early: true,
    admit(_info, onEnd) {
      if (!enabled()) return 'pass';
      if (active.value >= max) {
        limited.value++;
        return { after_ms };
      }
      active.value++;
      onEnd(() => {
        active.value--;
      });
      return 'pass';
    },
  };
}
