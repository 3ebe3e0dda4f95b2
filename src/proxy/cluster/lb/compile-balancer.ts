import {
  type Cluster as ClusterConfig,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_RingHashLbConfig_HashFunction as HashFunction,
  Cluster_LbPolicy as LbPolicy,
} from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ConfigError } from '../../errors.js';
import {
  type BalancerEnvironment,
  type BalancerFactory,
  hashed,
  leastRequest,
  randomly,
  roundRobin,
} from './balancer-factory.js';
import { compileMaglev, compileRing } from './hash-options.js';
import type { LoadBalancer } from './load-balancer.js';
import { compileLocality } from './locality-options.js';
import { compilePolicy } from './policy-balancer.js';
import { SlowStart } from './slow-start.js';
import { SubsetBalancer } from './subset-balancer.js';
import { compileSubsets } from './subset-options.js';

/** The balancer that a cluster's configuration asks for. @throws ConfigError */
export function compileBalancer(config: ClusterConfig, environment: BalancerEnvironment): LoadBalancer {
  if (config.loadBalancingPolicy !== undefined) {
    if (config.lbSubsetConfig !== undefined && config.lbSubsetConfig.subsetSelectors.length > 0) {
      throw new ConfigError('lb_subset_config', 'cannot be set together with load_balancing_policy');
    }
    return compilePolicy(config.loadBalancingPolicy, environment, 'load_balancing_policy')();
  }
  const factory = compileLegacy(config, environment);
  const subsets = config.lbSubsetConfig;
  // without selectors subsets are off, whatever else is said
  if (subsets === undefined || subsets.subsetSelectors.length === 0) return factory();
  const options = compileSubsets(subsets, 'lb_subset_config');
  return new SubsetBalancer(factory, options, environment.stats, environment.locality);
}

function hasNames({ clusterDiscoveryType }: ClusterConfig): boolean {
  if (clusterDiscoveryType.case !== 'type') return false;
  return [DiscoveryType.STRICT_DNS, DiscoveryType.LOGICAL_DNS].includes(clusterDiscoveryType.value);
}

/** `lb_policy` with the configuration of its kind; that of another kind is not looked at. */
function compileLegacy(config: ClusterConfig, environment: BalancerEnvironment): BalancerFactory {
  const { lbConfig, commonLbConfig } = config;
  const locality = compileLocality(commonLbConfig, environment.local);
  const consistent = commonLbConfig?.consistentHashingLbConfig;
  const consistentPath = 'common_lb_config.consistent_hashing_lb_config';
  if (consistent?.useHostnameForHashing && !hasNames(config)) {
    throw new ConfigError(`${consistentPath}.use_hostname_for_hashing`, 'needs a STRICT_DNS or LOGICAL_DNS cluster');
  }
  switch (config.lbPolicy) {
    case LbPolicy.ROUND_ROBIN: {
      const own = lbConfig.case === 'roundRobinLbConfig' ? lbConfig.value : undefined;
      const path = 'round_robin_lb_config.slow_start_config';
      return roundRobin(environment, locality, SlowStart.of(own?.slowStartConfig, environment.clock, path));
    }
    case LbPolicy.LEAST_REQUEST: {
      const own = lbConfig.case === 'leastRequestLbConfig' ? lbConfig.value : undefined;
      const path = 'least_request_lb_config';
      const slowStart = SlowStart.of(own?.slowStartConfig, environment.clock, `${path}.slow_start_config`);
      return leastRequest(environment, locality, own, false, slowStart, path);
    }
    case LbPolicy.RANDOM:
      return randomly(environment, locality);
    case LbPolicy.RING_HASH: {
      const own = lbConfig.case === 'ringHashLbConfig' ? lbConfig.value : undefined;
      const murmur = own?.hashFunction === HashFunction.MURMUR_HASH_2;
      const table = compileRing(own, murmur, environment.stats, 'ring_hash_lb_config');
      return hashed(environment, table, consistent, locality.localityWeighted, consistentPath);
    }
    case LbPolicy.MAGLEV: {
      const own = lbConfig.case === 'maglevLbConfig' ? lbConfig.value : undefined;
      const table = compileMaglev(own?.tableSize, environment.stats, 'maglev_lb_config');
      return hashed(environment, table, consistent, locality.localityWeighted, consistentPath);
    }
    case LbPolicy.CLUSTER_PROVIDED:
      return randomly(environment, locality);
    default:
      throw new ConfigError('lb_policy', 'this policy is not supported');
  }
}
