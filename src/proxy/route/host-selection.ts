import type { RetryPolicy } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { OmitCanaryHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/omit_canary_hosts/v3/omit_canary_hosts_pb.js';
import { OmitHostMetadataConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/host/omit_host_metadata/v3/omit_host_metadata_config_pb.js';
import { PreviousHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { PreviousPrioritiesConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js';
import type { Host } from '../cluster/host.js';
import { matchesMetadata } from '../cluster/lb/subset-key.js';
import { typeNameOf, unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import { LB_METADATA } from './metadata-criteria.js';

/** Whether a retry is not to go to the host. */
export type HostRule = (host: Host, tried: readonly Host[]) => boolean;

/** What a retry policy says of where retries go. */
export interface HostSelectionPolicy {
  readonly rules: readonly HostRule[];
  /** How often to choose again when a rule refuses a host. */
  readonly attempts: number;
  /** Attempts after which priorities that were tried are left out; undefined: they never are. */
  readonly priorityFrequency: number | undefined;
}

/** @returns undefined when nothing is said @throws ConfigError */
export function compileHostSelection(policy: RetryPolicy, path: string): HostSelectionPolicy | undefined {
  const rules = policy.retryHostPredicate.map((predicate, i) =>
    compileRule(predicate, `${path}.retry_host_predicate[${i}]`),
  );
  const priorityFrequency = compilePriority(policy, `${path}.retry_priority`);
  if (rules.length === 0 && priorityFrequency === undefined) return undefined;
  return { rules, attempts: Math.max(1, Number(policy.hostSelectionRetryMaxAttempts)), priorityFrequency };
}

function compileRule(predicate: RetryPolicy['retryHostPredicate'][number], path: string): HostRule {
  const any = predicate.configType.value;
  if (any === undefined) throw new ConfigError(path, 'needs typed_config');
  switch (typeNameOf(any)) {
    case PreviousHostsPredicateSchema.typeName:
      return (host, tried) => tried.includes(host);
    case OmitCanaryHostsPredicateSchema.typeName:
      return (host) => host.canary;
    case OmitHostMetadataConfigSchema.typeName: {
      const wanted = unpack(any, OmitHostMetadataConfigSchema).metadataMatch?.filterMetadata[LB_METADATA];
      if (wanted === undefined) return () => false;
      return (host) => matchesMetadata(host.lbMetadata, wanted, false);
    }
    default:
      throw new ConfigError(path, `${typeNameOf(any)} is not supported`);
  }
}

function compilePriority(policy: RetryPolicy, path: string): number | undefined {
  const any = policy.retryPriority?.configType.value;
  if (any === undefined) return undefined;
  const frequency = unpack(any, PreviousPrioritiesConfigSchema).updateFrequency;
  if (frequency < 1) throw new ConfigError(`${path}.typed_config.update_frequency`, 'must be above 0');
  return frequency;
}
