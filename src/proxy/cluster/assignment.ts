import { HealthStatus } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type {
  LbEndpoint,
  LocalityLbEndpoints,
} from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_components_pb.js';
import type { ClusterLoadAssignment } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ConfigError } from '../errors.js';
import { Host, NO_LOCALITY } from './host.js';

/** One endpoint as configured; its address may be a name that is to be resolved. */
export interface EndpointSpec {
  readonly address: string;
  readonly port: number;
  /** The host of this address that this endpoint makes. */
  readonly makeHost: (address: string) => Host;
}

/** @throws ConfigError */
export function endpointsOf(assignment: ClusterLoadAssignment, path: string): readonly EndpointSpec[] {
  return assignment.endpoints.flatMap((locality, i) =>
    locality.lbEndpoints.map((endpoint, j) => specOf(locality, endpoint, `${path}.endpoints[${i}].lb_endpoints[${j}]`)),
  );
}

/** Endpoints whose addresses are IP addresses. */
export function hostsOf(assignment: ClusterLoadAssignment, path: string): readonly Host[] {
  return uniqueHosts(endpointsOf(assignment, path).map((spec) => spec.makeHost(spec.address)));
}

/** The first of each address; Envoy, too, ignores repeated ones. */
export function uniqueHosts(hosts: readonly Host[]): readonly Host[] {
  const byId = new Map<string, Host>();
  for (const host of hosts) if (!byId.has(host.id)) byId.set(host.id, host);
  return [...byId.values()];
}

function specOf(locality: LocalityLbEndpoints, endpoint: LbEndpoint, path: string): EndpointSpec {
  const target = endpoint.hostIdentifier.case === 'endpoint' ? endpoint.hostIdentifier.value : undefined;
  const address = target?.address?.address;
  if (address?.case !== 'socketAddress' || address.value.portSpecifier.case !== 'portValue') {
    throw new ConfigError(`${path}.endpoint.address`, 'an endpoint needs a socket_address with port_value');
  }
  const port = address.value.portSpecifier.value;
  return {
    address: address.value.address,
    port,
    makeHost: (resolved) => {
      const host = new Host(resolved, port);
      host.weight = endpoint.loadBalancingWeight ?? 1;
      host.priority = locality.priority;
      host.hostname = target?.hostname || (resolved === address.value.address ? '' : address.value.address);
      const { region, zone, subZone } = locality.locality ?? NO_LOCALITY;
      host.locality = { region, zone, subZone };
      host.edsHealthy = isHealthy(endpoint.healthStatus);
      host.edsDegraded = endpoint.healthStatus === HealthStatus.DEGRADED;
      return host;
    },
  };
}

function isHealthy(status: HealthStatus): boolean {
  return status === HealthStatus.UNKNOWN || status === HealthStatus.HEALTHY || status === HealthStatus.DEGRADED;
}
