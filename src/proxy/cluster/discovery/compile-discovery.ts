import {
  type Cluster as ClusterConfig,
  Cluster_LbPolicy as LbPolicy,
  Cluster_DiscoveryType as Type,
} from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ProxyContext } from '../../context.js';
import { ConfigError } from '../../errors.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { Discovery } from './discovery.js';
import { DnsDiscovery } from './dns-discovery.js';
import { EdsDiscovery } from './eds-discovery.js';
import { SystemResolver } from './name-resolver.js';
import { OriginalDestinationDiscovery } from './original-destination-discovery.js';
import { StaticDiscovery } from './static-discovery.js';

/** @throws ConfigError */
export function compileDiscovery(config: ClusterConfig, context: ProxyContext, stats: ClusterStats): Discovery {
  const type = discoveryTypeOf(config);
  if (config.lbPolicy === LbPolicy.CLUSTER_PROVIDED && type !== Type.ORIGINAL_DST) {
    throw new ConfigError('lb_policy', 'CLUSTER_PROVIDED needs a type of cluster that brings its own balancer');
  }
  switch (type) {
    case Type.STATIC:
      return new StaticDiscovery(config);
    case Type.STRICT_DNS:
      return new DnsDiscovery(context, config, stats, new SystemResolver(), false);
    case Type.LOGICAL_DNS:
      return new DnsDiscovery(context, config, stats, new SystemResolver(), true);
    case Type.ORIGINAL_DST:
      return new OriginalDestinationDiscovery(context, config, stats);
    case Type.EDS:
      return new EdsDiscovery(context, (event) => stats.counters[event].value++);
    default:
      throw new ConfigError('type', 'this discovery type is not supported');
  }
}

function discoveryTypeOf(config: ClusterConfig): Type {
  const { clusterDiscoveryType } = config;
  return clusterDiscoveryType.case === 'type' ? clusterDiscoveryType.value : Type.STATIC;
}
