import type { OutlierDetection } from '../../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import { milliseconds } from '../../config/duration.js';
import { ConfigError } from '../../errors.js';

/** What led to a detection; the ends of the names of its statistics. */
export const EJECTION_KINDS = [
  'consecutive_5xx',
  'consecutive_gateway_failure',
  'consecutive_local_origin_failure',
  'success_rate',
  'local_origin_success_rate',
  'failure_percentage',
  'local_origin_failure_percentage',
] as const;

export type EjectionKind = (typeof EJECTION_KINDS)[number];

/** Kinds that come from failures in a row. */
export type RunKind = 'consecutive_5xx' | 'consecutive_gateway_failure' | 'consecutive_local_origin_failure';

export interface OutlierOptions {
  readonly interval_ms: number;
  readonly baseEjection_ms: number;
  readonly maxEjection_ms: number;
  readonly jitter_ms: number;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOne: boolean;
  /** Failures to connect are counted apart from bad answers. */
  readonly split: boolean;
  readonly unejectWhenHealthy: boolean;
  readonly runs: Readonly<Record<RunKind, number>>;
  /** Percent of detections that lead to an ejection. */
  readonly enforcing: Readonly<Record<EjectionKind, number>>;
  readonly successRate: RateOptions & { readonly stdevFactor: number };
  readonly failurePercentage: RateOptions & { readonly threshold: number };
}

export interface RateOptions {
  readonly minimumHosts: number;
  /** Requests of one interval below which a host is not looked at. */
  readonly requestVolume: number;
}

/** Envoy's defaults. */
const INTERVAL_MS = 10_000;
const BASE_EJECTION_MS = 30_000;
const MAX_EJECTION_MS = 300_000;
const STDEV_FACTOR_UNIT = 1000;

/** @throws ConfigError */
export function compileOutlierDetection(config: OutlierDetection): OutlierOptions {
  checkRanges(config);
  const baseEjection_ms = milliseconds(config.baseEjectionTime, BASE_EJECTION_MS);
  const maxEjection_ms = milliseconds(config.maxEjectionTime, Math.max(MAX_EJECTION_MS, baseEjection_ms));
  if (maxEjection_ms < baseEjection_ms) {
    throw new ConfigError(
      'outlier_detection.max_ejection_time',
      'max_ejection_time cannot be smaller than base_ejection_time',
    );
  }
  return {
    interval_ms: milliseconds(config.interval, INTERVAL_MS),
    baseEjection_ms,
    maxEjection_ms,
    jitter_ms: milliseconds(config.maxEjectionTimeJitter, 0),
    maxEjectionPercent: config.maxEjectionPercent ?? 10,
    alwaysEjectOne: config.alwaysEjectOneHost ?? false,
    split: config.splitExternalLocalOriginErrors,
    unejectWhenHealthy: config.successfulActiveHealthCheckUnejectHost ?? true,
    runs: {
      consecutive_5xx: config.consecutive5xx ?? 5,
      consecutive_gateway_failure: config.consecutiveGatewayFailure ?? 5,
      consecutive_local_origin_failure: config.consecutiveLocalOriginFailure ?? 5,
    },
    enforcing: {
      consecutive_5xx: config.enforcingConsecutive5xx ?? 100,
      consecutive_gateway_failure: config.enforcingConsecutiveGatewayFailure ?? 0,
      consecutive_local_origin_failure: config.enforcingConsecutiveLocalOriginFailure ?? 100,
      success_rate: config.enforcingSuccessRate ?? 100,
      local_origin_success_rate: config.enforcingLocalOriginSuccessRate ?? 100,
      failure_percentage: config.enforcingFailurePercentage ?? 0,
      local_origin_failure_percentage: config.enforcingFailurePercentageLocalOrigin ?? 0,
    },
    successRate: {
      minimumHosts: config.successRateMinimumHosts ?? 5,
      requestVolume: config.successRateRequestVolume ?? 100,
      stdevFactor: (config.successRateStdevFactor ?? 1900) / STDEV_FACTOR_UNIT,
    },
    failurePercentage: {
      minimumHosts: config.failurePercentageMinimumHosts ?? 5,
      requestVolume: config.failurePercentageRequestVolume ?? 50,
      threshold: config.failurePercentageThreshold ?? 85,
    },
  };
}

function checkRanges(config: OutlierDetection): void {
  const percents: Readonly<Record<string, number | undefined>> = {
    max_ejection_percent: config.maxEjectionPercent,
    enforcing_consecutive_5xx: config.enforcingConsecutive5xx,
    enforcing_success_rate: config.enforcingSuccessRate,
    enforcing_consecutive_gateway_failure: config.enforcingConsecutiveGatewayFailure,
    enforcing_consecutive_local_origin_failure: config.enforcingConsecutiveLocalOriginFailure,
    enforcing_local_origin_success_rate: config.enforcingLocalOriginSuccessRate,
    failure_percentage_threshold: config.failurePercentageThreshold,
    enforcing_failure_percentage: config.enforcingFailurePercentage,
    enforcing_failure_percentage_local_origin: config.enforcingFailurePercentageLocalOrigin,
  };
  for (const [name, value] of Object.entries(percents)) {
    if (value !== undefined && value > 100) throw new ConfigError(`outlier_detection.${name}`, 'must not be above 100');
  }
  const durations = {
    interval: config.interval,
    base_ejection_time: config.baseEjectionTime,
    max_ejection_time: config.maxEjectionTime,
  };
  for (const [name, value] of Object.entries(durations)) {
    if (value !== undefined && milliseconds(value, 0) <= 0) {
      throw new ConfigError(`outlier_detection.${name}`, 'must be above 0');
    }
  }
}
