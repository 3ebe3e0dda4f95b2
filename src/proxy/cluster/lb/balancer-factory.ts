import type { Clock } from '../../../base/clock.js';
import type { Random } from '../../../base/random.js';
import type { RuntimeDouble } from '../../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ConfigError } from '../../errors.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { HostLocality } from '../host.js';
import { HashBalancer, type HashBalancerOptions } from './hash-balancer.js';
import type { HashTableFactory } from './hash-table.js';
import { LeastRequestPicker } from './least-request-picker.js';
import type { HostPicker, LoadBalancer } from './load-balancer.js';
import type { CompiledLocality } from './locality-options.js';
import { PriorityBalancer } from './priority-balancer.js';
import { RandomPicker } from './random-picker.js';
import { RoundRobinPicker } from './round-robin-picker.js';
import type { SlowStart } from './slow-start.js';
import type { LocalCluster } from './zone-routing.js';

const CHOICES = 2;
const CHOICES_MIN = 2;

/** What balancers of a cluster are made with. */
export interface BalancerEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly stats: ClusterStats;
  /** Where the proxy is. */
  readonly locality: HostLocality;
  /** The proxies' own cluster, where the bootstrap names one. */
  readonly local: LocalCluster | undefined;
  /** Percent. */
  readonly panicThreshold: number;
}

/** Subsets need many of one kind. */
export type BalancerFactory = () => LoadBalancer;

interface LeastRequestConfig {
  readonly choiceCount?: number | undefined;
  readonly activeRequestBias?: RuntimeDouble | undefined;
}

interface HashConfig {
  readonly useHostnameForHashing: boolean;
  readonly hashBalanceFactor?: number | undefined;
}

export function roundRobin(
  environment: BalancerEnvironment,
  locality: CompiledLocality,
  slowStart: SlowStart | undefined,
): BalancerFactory {
  return withPickers(environment, locality, () => new RoundRobinPicker(environment.random, slowStart));
}

export function randomly(environment: BalancerEnvironment, locality: CompiledLocality): BalancerFactory {
  return withPickers(environment, locality, () => new RandomPicker(environment.random));
}

/** @throws ConfigError */
export function leastRequest(
  environment: BalancerEnvironment,
  locality: CompiledLocality,
  config: LeastRequestConfig | undefined,
  fullScan: boolean,
  slowStart: SlowStart | undefined,
  path: string,
): BalancerFactory {
  const choices = config?.choiceCount ?? CHOICES;
  if (choices < CHOICES_MIN) throw new ConfigError(`${path}.choice_count`, `must be at least ${CHOICES_MIN}`);
  const bias = config?.activeRequestBias?.defaultValue ?? 1;
  if (!(bias >= 0)) throw new ConfigError(`${path}.active_request_bias`, 'must not be below 0');
  const options = { choices, bias, fullScan, slowStart };
  return withPickers(environment, locality, () => new LeastRequestPicker(environment.random, options));
}

/** @throws ConfigError */
export function hashed(
  environment: BalancerEnvironment,
  table: HashTableFactory,
  config: HashConfig | undefined,
  localityWeighted: boolean,
  path: string,
): BalancerFactory {
  const balanceFactor = config?.hashBalanceFactor;
  if (balanceFactor !== undefined && balanceFactor < 100) {
    throw new ConfigError(`${path}.hash_balance_factor`, 'must be at least 100');
  }
  const options: HashBalancerOptions = {
    panicThreshold: environment.panicThreshold,
    localityWeighted,
    useHostname: config?.useHostnameForHashing ?? false,
    balanceFactor: balanceFactor ?? 0,
  };
  return () => new HashBalancer(table, options, environment.stats, environment.random);
}

function withPickers(
  environment: BalancerEnvironment,
  locality: CompiledLocality,
  makePicker: () => HostPicker,
): BalancerFactory {
  const options = { ...locality, panicThreshold: environment.panicThreshold };
  return () => new PriorityBalancer(makePicker, options, environment.stats, environment.random);
}
