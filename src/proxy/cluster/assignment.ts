import { HealthStatus } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type {
  LbEndpoint,
  LocalityLbEndpoints,
} from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_components_pb.js';
import type {
  ClusterLoadAssignment,
  ClusterLoadAssignment_Policy,
} from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ConfigError } from '../errors.js';
import { fractionOf } from '../matching/fraction.js';
import type { Membership } from './discovery/discovery.js';
import { describeEndpoint } from './endpoint.js';
import type { Host } from './host.js';
import { type LevelPolicy, OVERPROVISIONING_PERCENT } from './lb/host-level.js';

/** Envoy's bound. */
const PRIORITY_MAX = 128;

/** One endpoint as configured; its address may be a name that is to be resolved. */
export interface EndpointSpec {
  readonly address: string;
  readonly port: number;
  /** The host of this address that this endpoint makes. */
  readonly makeHost: (address: string) => Host;
}

/** @throws ConfigError */
export function endpointsOf(assignment: ClusterLoadAssignment, path: string): readonly EndpointSpec[] {
  return assignment.endpoints.flatMap((locality, i) => {
    const at = `${path}endpoints[${i}]`;
    if (locality.priority > PRIORITY_MAX) throw new ConfigError(`${at}.priority`, `must not be above ${PRIORITY_MAX}`);
    return locality.lbEndpoints.map((endpoint, j) => specOf(locality, endpoint, `${at}.lb_endpoints[${j}]`));
  });
}

/** What endpoints whose addresses are IP addresses make. @throws ConfigError */
export function membershipOf(assignment: ClusterLoadAssignment, path: string): Membership {
  const hosts = uniqueHosts(endpointsOf(assignment, path).map((spec) => spec.makeHost(spec.address)));
  return { hosts, policy: policyOf(assignment.policy), drop: dropOf(assignment.policy, `${path}policy`) };
}

/** The first of each address; Envoy, too, ignores repeated ones. */
export function uniqueHosts(hosts: readonly Host[]): readonly Host[] {
  const byId = new Map<string, Host>();
  for (const host of hosts) if (!byId.has(host.id)) byId.set(host.id, host);
  return [...byId.values()];
}

export function policyOf(policy: ClusterLoadAssignment_Policy | undefined): LevelPolicy {
  return {
    overprovisioning: policy?.overprovisioningFactor ?? OVERPROVISIONING_PERCENT,
    weightedHealth: policy?.weightedPriorityHealth ?? false,
  };
}

function dropOf(policy: ClusterLoadAssignment_Policy | undefined, path: string): number {
  const [first, second] = policy?.dropOverloads ?? [];
  if (second !== undefined) throw new ConfigError(`${path}.drop_overloads`, 'only one category is supported');
  return first?.dropPercentage === undefined ? 0 : fractionOf(first.dropPercentage);
}

function specOf(locality: LocalityLbEndpoints, endpoint: LbEndpoint, path: string): EndpointSpec {
  const described = describeEndpoint(endpoint, path);
  const { region = '', zone = '', subZone = '' } = locality.locality ?? {};
  return {
    address: described.address,
    port: described.port,
    makeHost: (resolved) => {
      const host = described.makeHost(resolved);
      host.priority = locality.priority;
      host.locality = { region, zone, subZone };
      host.localityWeight = locality.loadBalancingWeight ?? 0;
      host.edsHealthy = isHealthy(endpoint.healthStatus);
      host.edsDegraded = endpoint.healthStatus === HealthStatus.DEGRADED;
      host.edsDraining = endpoint.healthStatus === HealthStatus.DRAINING;
      return host;
    },
  };
}

function isHealthy(status: HealthStatus): boolean {
  return status === HealthStatus.UNKNOWN || status === HealthStatus.HEALTHY || status === HealthStatus.DEGRADED;
}
