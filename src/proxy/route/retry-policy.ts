import type { RetryPolicy as RetryPolicyConfig } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import { compileHeaderMatchers, type HeaderPredicate } from '../matching/header-matcher.js';
import { compileHostSelection, type HostSelectionPolicy } from './host-selection.js';
import { compileResetHeaders, type ResetInterval } from './retry-reset-headers.js';

/** Conditions of `retry_on`, as bits. Names that are not known are ignored, as Envoy does. */
export const RETRY_ON = {
  '5xx': 1 << 0,
  'gateway-error': 1 << 1,
  'connect-failure': 1 << 2,
  'retriable-4xx': 1 << 3,
  'refused-stream': 1 << 4,
  reset: 1 << 5,
  'retriable-status-codes': 1 << 6,
  'retriable-headers': 1 << 7,
  'envoy-ratelimited': 1 << 8,
  'reset-before-request': 1 << 9,
  cancelled: 1 << 10,
  'deadline-exceeded': 1 << 11,
  'resource-exhausted': 1 << 12,
  unavailable: 1 << 13,
  internal: 1 << 14,
} as const;

/** Envoy's default back-off, milliseconds; the largest is ten times the base. */
export const BASE_INTERVAL_MS = 25;
const MAX_INTERVAL_FACTOR = 10;

export interface RetryPolicy {
  readonly on: number;
  readonly retries: number;
  /** 0 for none. */
  readonly perTryTimeout_ms: number;
  readonly perTryIdleTimeout_ms: number;
  readonly baseInterval_ms: number;
  readonly maxInterval_ms: number;
  /** What an answer says about when to come again, instead of the interval. */
  readonly resetInterval: ResetInterval | undefined;
  readonly statusCodes: readonly number[];
  readonly retriableHeaders: readonly HeaderPredicate[];
  readonly requestHeaders: readonly HeaderPredicate[];
  /** undefined: retries go where any request would. */
  readonly hostSelection: HostSelectionPolicy | undefined;
}

/** @param on names separated by commas */
export function parseRetryOn(on: string): number {
  let bits = 0;
  for (const name of on.split(',')) bits |= (RETRY_ON as Readonly<Record<string, number>>)[name.trim()] ?? 0;
  return bits;
}

/** @throws ConfigError */
export function compileRetryPolicy(policy: RetryPolicyConfig, path: string): RetryPolicy {
  const backOff = policy.retryBackOff;
  const base_ms = milliseconds(backOff?.baseInterval, BASE_INTERVAL_MS);
  if (backOff !== undefined && base_ms <= 0)
    throw new ConfigError(`${path}.retry_back_off.base_interval`, 'value must be greater than 0s');
  const max_ms = milliseconds(backOff?.maxInterval, base_ms * MAX_INTERVAL_FACTOR);
  if (max_ms < base_ms) {
    const at = `${path}.retry_back_off.max_interval`;
    throw new ConfigError(at, 'must be greater than or equal to the base_interval');
  }
  return {
    on: parseRetryOn(policy.retryOn),
    retries: policy.numRetries ?? 1,
    perTryTimeout_ms: milliseconds(policy.perTryTimeout, 0),
    perTryIdleTimeout_ms: milliseconds(policy.perTryIdleTimeout, 0),
    baseInterval_ms: Math.max(1, base_ms),
    maxInterval_ms: max_ms,
    resetInterval: compileResetHeaders(policy.rateLimitedRetryBackOff, `${path}.rate_limited_retry_back_off`),
    statusCodes: policy.retriableStatusCodes,
    retriableHeaders: compileHeaderMatchers(policy.retriableHeaders, `${path}.retriable_headers`),
    requestHeaders: compileHeaderMatchers(policy.retriableRequestHeaders, `${path}.retriable_request_headers`),
    hostSelection: compileHostSelection(policy, path),
  };
}
