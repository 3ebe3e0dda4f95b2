import type { Any } from '@bufbuild/protobuf/wkt';
import type { LoadBalancingPolicy } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterProvidedSchema } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/cluster_provided/v3/cluster_provided_pb.js';
import {
  LeastRequest_SelectionMethod,
  LeastRequestSchema,
} from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js';
import { MaglevSchema } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js';
import { RandomSchema } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js';
import {
  RingHash_HashFunction,
  RingHashSchema,
} from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js';
import { RoundRobinSchema } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js';
import { SubsetSchema } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js';
import { typeNameOf, unpack } from '../../config/registry.js';
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
import { compileLocality } from './locality-options.js';
import { SlowStart } from './slow-start.js';
import { SubsetBalancer } from './subset-balancer.js';
import { compileSubsets } from './subset-options.js';

type Compile = (any: Any, environment: BalancerEnvironment, path: string) => BalancerFactory;

/** One kind of policy by the type of its message. */
const KINDS: Readonly<Record<string, Compile>> = {
  [RoundRobinSchema.typeName]: (any, environment, path) => {
    const config = unpack(any, RoundRobinSchema);
    const locality = compileLocality(config.localityLbConfig, environment.local);
    return roundRobin(
      environment,
      locality,
      SlowStart.of(config.slowStartConfig, environment.clock, `${path}.slow_start_config`),
    );
  },
  [LeastRequestSchema.typeName]: (any, environment, path) => {
    const config = unpack(any, LeastRequestSchema);
    const locality = compileLocality(config.localityLbConfig, environment.local);
    const slowStart = SlowStart.of(config.slowStartConfig, environment.clock, `${path}.slow_start_config`);
    const fullScan = config.selectionMethod === LeastRequest_SelectionMethod.FULL_SCAN;
    return leastRequest(environment, locality, config, fullScan, slowStart, path);
  },
  [RandomSchema.typeName]: (any, environment) => {
    const config = unpack(any, RandomSchema);
    return randomly(environment, compileLocality(config.localityLbConfig, environment.local));
  },
  [RingHashSchema.typeName]: (any, environment, path) => {
    const config = unpack(any, RingHashSchema);
    const murmur = config.hashFunction === RingHash_HashFunction.MURMUR_HASH_2;
    const table = compileRing(config, murmur, environment.stats, path);
    const weighted = config.localityWeightedLbConfig !== undefined;
    const consistent = config.consistentHashingLbConfig;
    if (consistent === undefined) return hashed(environment, table, config, weighted, path);
    return hashed(environment, table, consistent, weighted, `${path}.consistent_hashing_lb_config`);
  },
  [MaglevSchema.typeName]: (any, environment, path) => {
    const config = unpack(any, MaglevSchema);
    const table = compileMaglev(config.tableSize, environment.stats, path);
    const weighted = config.localityWeightedLbConfig !== undefined;
    const at = `${path}.consistent_hashing_lb_config`;
    return hashed(environment, table, config.consistentHashingLbConfig, weighted, at);
  },
  [SubsetSchema.typeName]: (any, environment, path) => {
    const config = unpack(any, SubsetSchema);
    const options = compileSubsets(config, path);
    if (config.subsetLbPolicy === undefined) throw new ConfigError(`${path}.subset_lb_policy`, 'must be set');
    const inner = compilePolicy(config.subsetLbPolicy, environment, `${path}.subset_lb_policy`);
    return () => new SubsetBalancer(inner, options, environment.stats, environment.locality);
  },
  [ClusterProvidedSchema.typeName]: (any, environment) => {
    unpack(any, ClusterProvidedSchema);
    return randomly(environment, compileLocality(undefined, undefined));
  },
};

/** The first policy of the list that is known. @throws ConfigError */
export function compilePolicy(
  policy: LoadBalancingPolicy,
  environment: BalancerEnvironment,
  path: string,
): BalancerFactory {
  for (const [i, { typedExtensionConfig }] of policy.policies.entries()) {
    const any = typedExtensionConfig?.typedConfig;
    const compile = any === undefined ? undefined : KINDS[typeNameOf(any)];
    if (any !== undefined && compile !== undefined) {
      return compile(any, environment, `${path}.policies[${i}].typed_extension_config.typed_config`);
    }
  }
  throw new ConfigError(path, 'has no policy that is supported');
}
