import type { Any } from '@bufbuild/protobuf/wkt';
import type { CircuitBreakersSchema } from '../../xds/types/gen/envoy/config/cluster/v3/circuit_breaker_pb.js';
import {
  type Cluster_CommonLbConfigSchema,
  Cluster_LbPolicy,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { OutlierDetectionSchema } from '../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import { HttpProtocolOptionsSchema } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import type { ConnectionPool, OutlierDetection, PortPolicy, Protocol } from '../model/types.js';
import { anyOf, type Init } from './resource.js';
import { durationOf } from './values.js';

/** Istio's "no limit": Envoy's own defaults of 1024 (3 for retries) would be limits that nobody asked for. */
const NO_LIMIT = 4_294_967_295;
const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const ENFORCE_ALWAYS_PERCENT = 100;
/** Envoy's default, which needs no mention. */
const PANIC_THRESHOLD_DEFAULT_PERCENT = 50;

const LB_POLICIES = {
  ROUND_ROBIN: Cluster_LbPolicy.ROUND_ROBIN,
  LEAST_REQUEST: Cluster_LbPolicy.LEAST_REQUEST,
  RANDOM: Cluster_LbPolicy.RANDOM,
} as const;

/** Taking turns is what Istio 0.7 did and what people expect to see; today's Istio defaults to least request. */
export function loadBalancer(name: PortPolicy['loadBalancer']): Cluster_LbPolicy {
  return LB_POLICIES[name ?? 'ROUND_ROBIN'];
}

export function circuitBreakers(pool: ConnectionPool | undefined): Init<typeof CircuitBreakersSchema> {
  return {
    thresholds: [
      {
        maxConnections: pool?.maxConnections ?? NO_LIMIT,
        maxPendingRequests: pool?.maxPendingRequests ?? NO_LIMIT,
        maxRequests: pool?.maxRequests ?? NO_LIMIT,
        maxRetries: pool?.maxRetries ?? NO_LIMIT,
      },
    ],
  };
}

/** Undefined where every kind of detection is switched off. */
export function outlierDetection(
  detection: OutlierDetection | undefined,
): Init<typeof OutlierDetectionSchema> | undefined {
  if (detection === undefined || isOff(detection)) return undefined;
  const { consecutive5xx, consecutiveGatewayFailure, interval_ms, baseEjectionTime_ms, maxEjectionPercent } = detection;
  return {
    // Ejection for a success rate below that of the others is nothing that a rule can ask for.
    enforcingSuccessRate: 0,
    ...(consecutive5xx !== undefined
      ? { consecutive5xx, enforcingConsecutive5xx: consecutive5xx > 0 ? ENFORCE_ALWAYS_PERCENT : 0 }
      : {}),
    ...(consecutiveGatewayFailure !== undefined
      ? {
          consecutiveGatewayFailure,
          enforcingConsecutiveGatewayFailure: consecutiveGatewayFailure > 0 ? ENFORCE_ALWAYS_PERCENT : 0,
        }
      : {}),
    ...(interval_ms !== undefined ? { interval: durationOf(interval_ms) } : {}),
    ...(baseEjectionTime_ms !== undefined ? { baseEjectionTime: durationOf(baseEjectionTime_ms) } : {}),
    ...(maxEjectionPercent !== undefined ? { maxEjectionPercent } : {}),
  };
}

function isOff({ consecutive5xx, consecutiveGatewayFailure }: OutlierDetection): boolean {
  return consecutive5xx === 0 && (consecutiveGatewayFailure ?? 0) === 0;
}

export function panicThreshold(
  detection: OutlierDetection | undefined,
): Init<typeof Cluster_CommonLbConfigSchema> | undefined {
  if (detection === undefined || isOff(detection)) return undefined;
  const { panicThreshold_percent } = detection;
  if (panicThreshold_percent === PANIC_THRESHOLD_DEFAULT_PERCENT) return undefined;
  return { healthyPanicThreshold: { value: panicThreshold_percent } };
}

export function httpProtocolOptions(protocol: Protocol, pool: ConnectionPool | undefined): Record<string, Any> {
  const { maxRequestsPerConnection } = pool ?? {};
  if (protocol === 'tcp' || (protocol === 'http' && maxRequestsPerConnection === undefined)) return {};
  const options = anyOf(HttpProtocolOptionsSchema, {
    ...(maxRequestsPerConnection !== undefined ? { commonHttpProtocolOptions: { maxRequestsPerConnection } } : {}),
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: {
        protocolConfig:
          protocol === 'http2'
            ? { case: 'http2ProtocolOptions', value: {} }
            : { case: 'httpProtocolOptions', value: {} },
      },
    },
  });
  return { [HTTP_PROTOCOL_OPTIONS]: options };
}
