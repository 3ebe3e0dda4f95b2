import {
  type Cluster,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as LbPolicy,
} from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { HealthStatus } from '../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type {
  LbEndpoint,
  LocalityLbEndpoints,
} from '../xds/types/gen/envoy/config/endpoint/v3/endpoint_components_pb.js';
import type { ProxyConfiguration } from './configuration.js';
import { policiesOf } from './policies.js';
import type { DestinationOutcome, EndpointOutcome, HeaderChange } from './types.js';

const LB_NAMES: Readonly<Record<LbPolicy, string>> = {
  [LbPolicy.ROUND_ROBIN]: 'round robin',
  [LbPolicy.LEAST_REQUEST]: 'least request',
  [LbPolicy.RANDOM]: 'random',
  [LbPolicy.RING_HASH]: 'consistent hash (ring)',
  [LbPolicy.MAGLEV]: 'consistent hash (Maglev)',
  [LbPolicy.CLUSTER_PROVIDED]: 'the address that was called',
  [LbPolicy.LOAD_BALANCING_POLICY_CONFIG]: 'as its policy says',
};

const HEALTH: Readonly<Record<HealthStatus, EndpointOutcome['health']>> = {
  [HealthStatus.UNKNOWN]: 'healthy',
  [HealthStatus.HEALTHY]: 'healthy',
  [HealthStatus.UNHEALTHY]: 'unhealthy',
  [HealthStatus.TIMEOUT]: 'unhealthy',
  [HealthStatus.DRAINING]: 'draining',
  [HealthStatus.DEGRADED]: 'degraded',
};

export interface DestinationRequest {
  readonly cluster: string;
  readonly percent: number;
  readonly requestHeaders?: readonly HeaderChange[];
  readonly responseHeaders?: readonly HeaderChange[];
}

/** What stands behind a cluster's name. */
export function describeDestination(
  config: ProxyConfiguration,
  workloads: ReadonlyMap<string, string>,
  { cluster: name, percent, requestHeaders = [], responseHeaders = [] }: DestinationRequest,
): DestinationOutcome {
  const cluster = config.clusters.get(name);
  const parts = partsOf(name);
  const common = { cluster: name, ...parts, percent, requestHeaders, responseHeaders };
  if (cluster === undefined) {
    const note = 'no such cluster: nothing that the mesh knows has this host and port; requests get 503';
    return { ...common, loadBalancing: 'none', policies: [], endpoints: [], note };
  }
  const endpoints = endpointsOf(config, cluster, workloads);
  const note = noteOf(cluster, endpoints);
  return {
    ...common,
    loadBalancing: LB_NAMES[cluster.lbPolicy],
    ...(cluster.transportSocket !== undefined && { tls: 'TLS by the proxy' }),
    policies: policiesOf(cluster),
    endpoints,
    ...(note !== undefined && { note }),
  };
}

/** `outbound|8080|v1|reviews.shop.svc.cluster.local` */
function partsOf(name: string): { host: string; subset?: string; port?: number } {
  const [direction, port, subset, host] = name.split('|');
  if (host === undefined || direction === undefined) return { host: name };
  return { host, ...(subset !== '' && subset !== undefined && { subset }), port: Number(port) };
}

function endpointsOf(
  config: ProxyConfiguration,
  cluster: Cluster,
  workloads: ReadonlyMap<string, string>,
): EndpointOutcome[] {
  const service = cluster.edsClusterConfig?.serviceName || cluster.name;
  const assignment = isEds(cluster) ? config.assignments.get(service) : cluster.loadAssignment;
  return (assignment?.endpoints ?? []).flatMap((group) =>
    group.lbEndpoints.flatMap((endpoint) => describeEndpoint(endpoint, group, workloads)),
  );
}

function describeEndpoint(
  { hostIdentifier, healthStatus }: LbEndpoint,
  { priority, locality }: LocalityLbEndpoints,
  workloads: ReadonlyMap<string, string>,
): EndpointOutcome[] {
  const address = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
  if (address?.case !== 'socketAddress') return [];
  const { address: host, portSpecifier } = address.value;
  const workload = workloads.get(host);
  const place = [locality?.region, locality?.zone, locality?.subZone].filter((part) => part).join('/');
  return [
    {
      address: `${host}:${portSpecifier.value ?? ''}`,
      ...(workload !== undefined && { workload }),
      health: HEALTH[healthStatus],
      priority,
      ...(place !== '' && { locality: place }),
    },
  ];
}

function isEds({ clusterDiscoveryType: type }: Cluster): boolean {
  return type.case === 'type' && type.value === Discovery.EDS;
}

function noteOf(cluster: Cluster, endpoints: readonly EndpointOutcome[]): string | undefined {
  const { case: kind, value } = cluster.clusterDiscoveryType;
  if (kind === 'type' && value === Discovery.ORIGINAL_DST) return 'goes to the address that the caller connected to';
  if (endpoints.length === 0) return 'has no endpoint: requests get 503 (no healthy upstream, UH)';
  if (endpoints.every(({ health }) => health === 'unhealthy')) return 'has no healthy endpoint';
  if (kind === 'type' && (value === Discovery.STRICT_DNS || value === Discovery.LOGICAL_DNS)) {
    return 'the proxy looks its address up in DNS';
  }
  return undefined;
}
