import type { OutlierDetection } from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import type { Cluster_CommonLbConfigSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { OutlierDetectionSchema } from '../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import type { Init } from './resource.js';
import { durationOf } from './values.js';

const ENFORCE_ALWAYS_PERCENT = 100;
/** Envoy's default, which needs no mention. */
const PANIC_THRESHOLD_DEFAULT_PERCENT = 50;

/** Undefined where every kind of detection is switched off. */
export function outlierDetection(
  detection: OutlierDetection | undefined,
): Init<typeof OutlierDetectionSchema> | undefined {
  if (detection === undefined || isOff(detection)) return undefined;
  const consecutive5xx = consecutive5xxOf(detection);
  const { consecutiveGatewayErrors: gateway, interval, baseEjectionTime, maxEjectionPercent } = detection;
  return {
    // Ejection for a success rate below that of the others is nothing that a rule can ask for.
    enforcingSuccessRate: 0,
    ...(consecutive5xx !== undefined ? { consecutive5xx, enforcingConsecutive5xx: enforced(consecutive5xx) } : {}),
    ...(gateway !== undefined
      ? { consecutiveGatewayFailure: gateway, enforcingConsecutiveGatewayFailure: enforced(gateway) }
      : {}),
    ...(interval ? { interval: durationOf(duration_ms(interval)) } : {}),
    ...(baseEjectionTime ? { baseEjectionTime: durationOf(duration_ms(baseEjectionTime)) } : {}),
    ...(maxEjectionPercent ? { maxEjectionPercent } : {}),
    ...(detection.splitExternalLocalOriginErrors ? localOrigin(detection) : {}),
  };
}

/** Failures to connect counted apart from what endpoints answer. */
function localOrigin({ consecutiveLocalOriginFailures: failures }: OutlierDetection) {
  return {
    splitExternalLocalOriginErrors: true,
    enforcingLocalOriginSuccessRate: 0,
    ...(failures
      ? { consecutiveLocalOriginFailure: failures, enforcingConsecutiveLocalOriginFailure: ENFORCE_ALWAYS_PERCENT }
      : {}),
  };
}

function enforced(count: number): number {
  return count > 0 ? ENFORCE_ALWAYS_PERCENT : 0;
}

/** The older spelling counts as long as the newer says nothing. */
function consecutive5xxOf({ consecutive5xxErrors, consecutiveErrors }: OutlierDetection): number | undefined {
  return consecutive5xxErrors ?? (consecutiveErrors || undefined);
}

function isOff(detection: OutlierDetection): boolean {
  const { consecutiveGatewayErrors = 0, splitExternalLocalOriginErrors = false } = detection;
  return consecutive5xxOf(detection) === 0 && consecutiveGatewayErrors === 0 && !splitExternalLocalOriginErrors;
}

export function panicThreshold(
  detection: OutlierDetection | undefined,
): Init<typeof Cluster_CommonLbConfigSchema> | undefined {
  if (detection === undefined || isOff(detection)) return undefined;
  const percent = detection.minHealthPercent ?? 0;
  return percent === PANIC_THRESHOLD_DEFAULT_PERCENT ? undefined : { healthyPanicThreshold: { value: percent } };
}
