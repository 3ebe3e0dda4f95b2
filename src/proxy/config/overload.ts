import type { OverloadManager } from '../../xds/types/gen/envoy/config/overload/v3/overload_pb.js';
import { DownstreamConnectionsConfigSchema } from '../../xds/types/gen/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js';
import { ConfigError } from '../errors.js';
import { unpack } from './registry.js';

/** The only name that Envoy knows this monitor by. */
const NAME = 'envoy.resource_monitors.global_downstream_max_connections';

/**
 * How many connections clients may have at once, over all listeners, as the bootstrap's `overload_manager` says; undefined for nothing.
 * @throws ConfigError
 */
export function overloadConnectionLimit(config: OverloadManager | undefined): number | undefined {
  let limit: number | undefined;
  config?.resourceMonitors.forEach(({ name, configType }, i) => {
    const path = `overload_manager.resource_monitors[${i}]`;
    if (configType.case !== 'typedConfig' || name !== NAME)
      throw new ConfigError(path, `no resource monitor ${JSON.stringify(name)}: there is ${NAME}`);
    if (limit !== undefined) throw new ConfigError(path, `Duplicate resource monitor ${name}`);
    const { maxActiveDownstreamConnections } = unpack(configType.value, DownstreamConnectionsConfigSchema);
    if (maxActiveDownstreamConnections <= 0n)
      throw new ConfigError(`${path}.typed_config.max_active_downstream_connections`, 'value must be greater than 0');
    limit = Number(maxActiveDownstreamConnections);
  });
  return limit;
}
