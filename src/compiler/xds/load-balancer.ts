import type { ConsistentHash, LoadBalancer } from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import {
  Cluster_LbPolicy,
  type Cluster_SlowStartConfigSchema,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ClusterInit, Init } from './resource.js';
import { durationOf } from './values.js';

/** Envoy's default, which Istio writes where a rule names no table. */
const RING_SIZE_MIN = 1_024n;
/** As Istio: the share of requests grows linearly, from a tenth. */
const WARMUP_AGGRESSION = 1;
const WARMUP_MINIMUM_PERCENT = 10;
/** Envoy wants the name of a runtime value here; nobody sets one of this name. */
const NO_RUNTIME_KEY = '(';

type Balancing = Pick<ClusterInit, 'lbPolicy' | 'lbConfig'>;

const SIMPLE: Readonly<Record<string, Cluster_LbPolicy>> = {
  ROUND_ROBIN: Cluster_LbPolicy.ROUND_ROBIN,
  LEAST_REQUEST: Cluster_LbPolicy.LEAST_REQUEST,
  LEAST_CONN: Cluster_LbPolicy.LEAST_REQUEST,
  RANDOM: Cluster_LbPolicy.RANDOM,
};

/** Taking turns is what Istio 0.7 did and what people expect to see; today's Istio defaults to least request. */
export function loadBalancing(balancer: LoadBalancer | undefined): Balancing {
  if (balancer?.consistentHash) return hashing(balancer.consistentHash);
  const lbPolicy = SIMPLE[balancer?.simple ?? ''] ?? Cluster_LbPolicy.ROUND_ROBIN;
  const slowStartConfig = warmup(balancer);
  if (slowStartConfig === undefined) return { lbPolicy };
  switch (lbPolicy) {
    case Cluster_LbPolicy.ROUND_ROBIN:
      return { lbPolicy, lbConfig: { case: 'roundRobinLbConfig', value: { slowStartConfig } } };
    case Cluster_LbPolicy.LEAST_REQUEST:
      return { lbPolicy, lbConfig: { case: 'leastRequestLbConfig', value: { slowStartConfig } } };
    default:
      return { lbPolicy };
  }
}

function hashing({ maglev, ringHash, minimumRingSize }: ConsistentHash): Balancing {
  if (maglev) {
    const value = maglev.tableSize ? { tableSize: BigInt(maglev.tableSize) } : {};
    return { lbPolicy: Cluster_LbPolicy.MAGLEV, lbConfig: { case: 'maglevLbConfig', value } };
  }
  const size = ringHash?.minimumRingSize || minimumRingSize;
  return {
    lbPolicy: Cluster_LbPolicy.RING_HASH,
    lbConfig: { case: 'ringHashLbConfig', value: { minimumRingSize: size ? BigInt(size) : RING_SIZE_MIN } },
  };
}

function warmup(balancer: LoadBalancer | undefined): Init<typeof Cluster_SlowStartConfigSchema> | undefined {
  const { warmup: settings, warmupDurationSecs } = balancer ?? {};
  if (settings?.duration) {
    return {
      slowStartWindow: durationOf(duration_ms(settings.duration)),
      aggression: { defaultValue: settings.aggression ?? WARMUP_AGGRESSION, runtimeKey: NO_RUNTIME_KEY },
      minWeightPercent: { value: settings.minimumPercent ?? WARMUP_MINIMUM_PERCENT },
    };
  }
  return warmupDurationSecs ? { slowStartWindow: durationOf(duration_ms(warmupDurationSecs)) } : undefined;
}
