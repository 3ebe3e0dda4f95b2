import type { Cluster_CommonLbConfig } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { LocalityLbConfig } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.js';
import type { LocalityOptions } from './level-pickers.js';
import type { LocalCluster } from './zone-routing.js';

/** Envoy's defaults of zone aware routing, which is on wherever the proxies' own cluster is known. */
const ROUTING_ENABLED_PERCENT = 100;
const MIN_CLUSTER_SIZE = 6;

export interface CompiledLocality extends LocalityOptions {
  readonly failTrafficOnPanic: boolean;
}

/** @param local the proxies' own cluster, where the bootstrap names one */
export function compileLocality(
  config: Cluster_CommonLbConfig | LocalityLbConfig | undefined,
  local: LocalCluster | undefined,
): CompiledLocality {
  const specifier = config?.localityConfigSpecifier;
  const weighted = specifier?.case === 'localityWeightedLbConfig';
  const zone = specifier?.case === 'zoneAwareLbConfig' ? specifier.value : undefined;
  return {
    localityWeighted: weighted,
    failTrafficOnPanic: zone?.failTrafficOnPanic ?? false,
    zoneAware:
      weighted || local === undefined
        ? undefined
        : {
            local,
            routingEnabled: zone?.routingEnabled?.value ?? ROUTING_ENABLED_PERCENT,
            minClusterSize: Number(zone?.minClusterSize ?? MIN_CLUSTER_SIZE),
          },
  };
}
