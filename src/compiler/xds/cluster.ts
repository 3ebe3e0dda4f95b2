import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { PortPolicy, Protocol, Service, ServicePort } from '../model/types.js';
import {
  circuitBreakers,
  httpProtocolOptions,
  loadBalancer,
  outlierDetection,
  panicThreshold,
} from './cluster-policy.js';
import { loadAssignment } from './endpoints.js';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, inboundCluster, PASSTHROUGH_CLUSTER } from './names.js';
import type { ClusterInit } from './resource.js';
import { ADS, addressOf, durationOf } from './values.js';

/** Istio's default. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface OutboundClusterSpec {
  readonly name: string;
  readonly service: Service;
  readonly port: ServicePort;
  readonly protocol: Protocol;
  readonly policy: PortPolicy;
}

/** The cluster of a service's port, or of a subset of it. */
export function outboundClusterMessage({ name, service, port, protocol, policy }: OutboundClusterSpec): ClusterInit {
  const outlier = outlierDetection(policy.outlierDetection);
  const panic = panicThreshold(policy.outlierDetection);
  return {
    name,
    connectTimeout: durationOf(policy.connectionPool?.connectTimeout_ms ?? CONNECT_TIMEOUT_MS),
    circuitBreakers: circuitBreakers(policy.connectionPool),
    typedExtensionProtocolOptions: httpProtocolOptions(protocol, policy.connectionPool),
    ...discovery(name, service, port, policy),
    ...(outlier ? { outlierDetection: outlier } : {}),
    ...(panic ? { commonLbConfig: panic } : {}),
  };
}

function discovery(name: string, service: Service, port: ServicePort, policy: PortPolicy): Partial<ClusterInit> {
  if (service.resolution === 'original') return originalDestination();
  if (service.resolution === 'endpoints') {
    return {
      clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
      edsClusterConfig: { edsConfig: ADS, serviceName: name },
      lbPolicy: loadBalancer(policy.loadBalancer),
    };
  }
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STRICT_DNS },
    dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY,
    loadAssignment: loadAssignment(name, port.endpoints),
    lbPolicy: loadBalancer(policy.loadBalancer),
  };
}

function originalDestination(): Partial<ClusterInit> {
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.ORIGINAL_DST },
    lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
  };
}

/** To wherever the program wanted to go. */
export function passthroughCluster(): ClusterInit {
  return {
    name: PASSTHROUGH_CLUSTER,
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
    circuitBreakers: circuitBreakers(undefined),
    ...originalDestination(),
  };
}

export function inboundPassthroughCluster(): ClusterInit {
  return { ...passthroughCluster(), name: INBOUND_PASSTHROUGH_CLUSTER };
}

/** A cluster without endpoints: what is sent to it ends there. */
export function blackHoleCluster(): ClusterInit {
  return {
    name: BLACK_HOLE_CLUSTER,
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
  };
}

/** The application beside the proxy; without `appAddress` where the connection was going anyway. */
export function inboundClusterMessage(port: number, protocol: Protocol, appAddress: string | undefined): ClusterInit {
  const name = inboundCluster(port);
  const common = {
    name,
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
    circuitBreakers: circuitBreakers(undefined),
    typedExtensionProtocolOptions: httpProtocolOptions(protocol, undefined),
  };
  if (appAddress === undefined) return { ...common, ...originalDestination() };
  const endpoint = { hostIdentifier: { case: 'endpoint' as const, value: { address: addressOf(appAddress, port) } } };
  return {
    ...common,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [endpoint] }] },
  };
}
