import type { LocalityLbSetting } from '../../resources/istio/destinationrule/types.js';
import type { PortPolicy } from '../model/destination-types.js';
import { HOSTNAME_LABEL, NETWORK_LABEL, REGION_LABEL, SUBZONE_LABEL, ZONE_LABEL } from '../model/locality.js';
import type { Service } from '../model/types.js';
import { outlierDetection } from './outlier-detection.js';

/** What of localityLbSetting and of the service's own wish holds. */
export interface LocalityBalancing {
  readonly setting: LocalityLbSetting;
  /** Endpoints elsewhere get requests only when those that are nearer do not do. */
  readonly failover: boolean;
}

const SAME_ZONE = [NETWORK_LABEL, REGION_LABEL, ZONE_LABEL];
const SAME_NODE = [...SAME_ZONE, SUBZONE_LABEL, HOSTNAME_LABEL];
const PRIORITY_BY_DISTRIBUTION: Readonly<Record<string, string[]>> = {
  PreferClose: SAME_ZONE,
  PreferSameZone: SAME_ZONE,
  PreferSameNode: SAME_NODE,
};

/**
 * As Istio: locality counts unless the rule says `enabled: false`, and without outlier detection there is no failover, because
 * nothing would tell that an endpoint does not do. A service that prefers what is near gets failover always.
 * Undefined where localities make no difference.
 */
export function localityBalancing(service: Service, policy: PortPolicy): LocalityBalancing | undefined {
  const setting = policy.loadBalancer?.localityLbSetting;
  const ejects = outlierDetection(policy.outlierDetection) !== undefined;
  if (setting !== undefined) {
    if (setting.enabled === false) return undefined;
    return ejects || setting.distribute?.length ? { setting, failover: ejects } : undefined;
  }
  const failoverPriority = PRIORITY_BY_DISTRIBUTION[service.trafficDistribution ?? ''];
  if (failoverPriority) return { setting: { failoverPriority }, failover: true };
  return ejects ? { setting: {}, failover: true } : undefined;
}

/** Whether Envoy is to weigh localities at all. */
export function weighsLocalities({ setting, failover }: LocalityBalancing): boolean {
  const named = setting.failover !== undefined || setting.failoverPriority !== undefined;
  return setting.distribute !== undefined || (failover && named);
}
