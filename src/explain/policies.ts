import type { Duration } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';

const NO_LIMIT = 4_294_967_295;

/** The limits and ejections of a cluster that somebody asked for. */
export function policiesOf(cluster: Cluster): string[] {
  return [...limitsOf(cluster), ...ejectionsOf(cluster)];
}

function limitsOf({ circuitBreakers }: Cluster): string[] {
  const limits = circuitBreakers?.thresholds[0];
  if (limits === undefined) return [];
  const named: readonly [string, number | undefined][] = [
    ['connections', limits.maxConnections],
    ['pending requests', limits.maxPendingRequests],
    ['requests', limits.maxRequests],
    ['retries', limits.maxRetries],
  ];
  return named
    .filter(([, most]) => most !== undefined && most !== NO_LIMIT)
    .map(([what, most]) => `at most ${most} ${what} at a time`);
}

function ejectionsOf({ outlierDetection: outlier }: Cluster): string[] {
  if (outlier === undefined) return [];
  const counts: readonly [string, number | undefined, number | undefined][] = [
    ['answers 5xx', outlier.consecutive5xx, outlier.enforcingConsecutive5xx],
    [
      'gateway errors (502, 503, 504)',
      outlier.consecutiveGatewayFailure,
      // Envoy ejects for these only where it is told to.
      outlier.enforcingConsecutiveGatewayFailure ?? 0,
    ],
  ];
  const time = outlier.baseEjectionTime === undefined ? '30s' : durationText(outlier.baseEjectionTime);
  return counts
    .filter(([, count, enforced]) => (count ?? 0) > 0 && enforced !== 0)
    .map(([what, count]) => `an endpoint is ejected for ${time} after ${count} ${what} in a row`);
}

function durationText({ seconds, nanos }: Duration): string {
  return `${Number(seconds) + nanos / 1_000_000_000}s`;
}
