import { create } from '@bufbuild/protobuf';
import { type RetryPolicy, RetryPolicySchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { PreviousHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { PreviousPrioritiesConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js';
import type { Retries } from '../model/types.js';
import { anyOf, type Init } from './resource.js';
import { durationOf } from './values.js';

/** Istio's defaults of today. A 503 that the application answered is not among the conditions: it is not retried. */
const DEFAULT_ATTEMPTS = 2;
const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled';
const HOST_SELECTION_ATTEMPTS_MAX = 5n;
const PRIORITY_UPDATE_FREQUENCY = 2;
const RETRIABLE_STATUS_CODES = 'retriable-status-codes';

type RetryPolicyInit = Init<typeof RetryPolicySchema>;

const previousHosts = {
  name: 'envoy.retry_host_predicates.previous_hosts',
  configType: { case: 'typedConfig' as const, value: anyOf(PreviousHostsPredicateSchema, {}) },
};

/** After each failed try the locality of the next priority comes into question. */
const previousPriorities = {
  name: 'envoy.retry_priorities.previous_priorities',
  configType: {
    case: 'typedConfig' as const,
    value: anyOf(PreviousPrioritiesConfigSchema, { updateFrequency: PRIORITY_UPDATE_FREQUENCY }),
  },
};

/** For routes that say nothing of retries. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = create(
  RetryPolicySchema,
  policyOf({ attempts: DEFAULT_ATTEMPTS, retryOn: DEFAULT_RETRY_ON }),
);

/** Undefined: no retries. */
export function retryPolicy(retries: Retries | undefined): RetryPolicy | RetryPolicyInit | undefined {
  if (retries === undefined) return DEFAULT_RETRY_POLICY;
  return retries.attempts > 0 ? policyOf(retries) : undefined;
}

function policyOf(retries: Retries): RetryPolicyInit {
  const { attempts, perTryTimeout_ms, retryOn, ignorePreviousHosts = true, remoteLocalities, backoff_ms } = retries;
  return {
    ...conditions(retryOn ?? DEFAULT_RETRY_ON),
    numRetries: attempts,
    ...(perTryTimeout_ms ? { perTryTimeout: durationOf(perTryTimeout_ms) } : {}),
    // A retry goes to another endpoint where there is one.
    retryHostPredicate: ignorePreviousHosts ? [previousHosts] : [],
    hostSelectionRetryMaxAttempts: HOST_SELECTION_ATTEMPTS_MAX,
    ...(remoteLocalities ? { retryPriority: previousPriorities } : {}),
    ...(backoff_ms ? { retryBackOff: { baseInterval: durationOf(backoff_ms) } } : {}),
  };
}

/** Status codes among the conditions move to a list of their own. */
function conditions(retryOn: string): Pick<RetryPolicyInit, 'retryOn' | 'retriableStatusCodes'> {
  const parts = retryOn
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const codes = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  const names = parts.filter((part) => !/^\d+$/.test(part));
  if (codes.length > 0 && !names.includes(RETRIABLE_STATUS_CODES)) names.push(RETRIABLE_STATUS_CODES);
  return { retryOn: names.join(','), retriableStatusCodes: codes };
}
