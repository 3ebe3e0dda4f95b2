import type { JsonObject } from '@bufbuild/protobuf';
import {
  type Cluster_LbSubsetConfig,
  Cluster_LbSubsetConfig_LbSubsetFallbackPolicy as FallbackPolicy,
  Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy as MetadataFallback,
  Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy as SelectorFallback,
} from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { Subset } from '../../../xds/types/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js';
import { ConfigError } from '../../errors.js';

/** Where a request goes whose subset has no host; undefined leaves it to the next say. */
export type Fallback = 'none' | 'any' | 'default' | 'keys' | undefined;

export interface SubsetSelector {
  /** Sorted. */
  readonly keys: readonly string[];
  readonly singleHost: boolean;
  readonly fallback: Fallback;
  /** With `keys`: those that remain of the criteria. */
  readonly fallbackKeys: ReadonlySet<string>;
}

export interface SubsetOptions {
  readonly selectors: readonly SubsetSelector[];
  readonly fallback: Fallback;
  readonly defaultSubset: JsonObject;
  readonly listAsAny: boolean;
  readonly allowRedundantKeys: boolean;
  readonly localityWeightAware: boolean;
  readonly scaleLocalityWeight: boolean;
  readonly panicModeAny: boolean;
  readonly fallbackList: boolean;
}

/** Both places where Envoy takes subsets from have the same numbers in their enums. @throws ConfigError */
export function compileSubsets(config: Cluster_LbSubsetConfig | Subset, path: string): SubsetOptions {
  const listAsAny = config.listAsAny;
  return {
    selectors: config.subsetSelectors.map((selector, i) => {
      const at = `${path}.subset_selectors[${i}]`;
      const keys = [...new Set(selector.keys)].sort();
      if (selector.singleHostPerSubset && listAsAny) {
        throw new ConfigError(`${at}.single_host_per_subset`, 'cannot be used together with list_as_any');
      }
      return {
        keys,
        singleHost: selector.singleHostPerSubset,
        fallback: SELECTOR_FALLBACK[selector.fallbackPolicy],
        fallbackKeys: fallbackKeysOf(selector, keys, at),
      };
    }),
    fallback: FALLBACK[config.fallbackPolicy],
    defaultSubset: config.defaultSubset ?? {},
    listAsAny,
    allowRedundantKeys: 'allowRedundantKeys' in config && config.allowRedundantKeys,
    localityWeightAware: config.localityWeightAware,
    scaleLocalityWeight: config.scaleLocalityWeight,
    panicModeAny: config.panicModeAny,
    fallbackList: (config.metadataFallbackPolicy as number) === MetadataFallback.FALLBACK_LIST,
  };
}

const FALLBACK: Readonly<Record<number, Fallback>> = {
  [FallbackPolicy.NO_FALLBACK]: 'none',
  [FallbackPolicy.ANY_ENDPOINT]: 'any',
  [FallbackPolicy.DEFAULT_SUBSET]: 'default',
};

const SELECTOR_FALLBACK: Readonly<Record<number, Fallback>> = {
  [SelectorFallback.NO_FALLBACK]: 'none',
  [SelectorFallback.ANY_ENDPOINT]: 'any',
  [SelectorFallback.DEFAULT_SUBSET]: 'default',
  [SelectorFallback.KEYS_SUBSET]: 'keys',
};

interface SelectorConfig {
  readonly fallbackPolicy: number;
  readonly fallbackKeysSubset: readonly string[];
}

function fallbackKeysOf(config: SelectorConfig, keys: readonly string[], path: string): ReadonlySet<string> {
  const subset = new Set(config.fallbackKeysSubset);
  const at = `${path}.fallback_keys_subset`;
  if (config.fallbackPolicy !== SelectorFallback.KEYS_SUBSET) {
    if (subset.size > 0) throw new ConfigError(at, 'can be set only for KEYS_SUBSET fallback_policy');
    return subset;
  }
  if (subset.size === 0) throw new ConfigError(at, 'cannot be empty');
  if (![...subset].every((key) => keys.includes(key))) throw new ConfigError(at, 'must be a subset of keys');
  if (subset.size === keys.length) throw new ConfigError(at, 'cannot be equal to keys');
  return subset;
}
