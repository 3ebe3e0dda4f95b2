import type { ConnectionPool, TcpKeepalive } from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { TcpKeepaliveSchema } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type { PortPolicy } from '../model/destination-types.js';
import type { Protocol, Service } from '../model/types.js';
import { circuitBreakers, httpProtocolOptions, speaksHttp2 } from './cluster-policy.js';
import { type DestinationSpec, discoveryOf, tlsFor } from './destination.js';
import { loadAssignment } from './endpoints.js';
import { loadBalancing } from './load-balancer.js';
import { localityBalancing, weighsLocalities } from './locality-balancing.js';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, inboundCluster, PASSTHROUGH_CLUSTER } from './names.js';
import { outlierDetection, panicThreshold } from './outlier-detection.js';
import type { ClusterInit, Init } from './resource.js';
import { transportSocket } from './transport-socket.js';
import { ADS, addressOf, durationOf } from './values.js';

const MILLISECONDS_PER_SECOND = 1_000;
/** Istio's default. */
const DNS_REFRESH_MS = 60_000;
/** As in Istio: where a name that has dots in it ends within a statistic's. */
const STAT_NAME_END = ';';
/** Istio's default. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The cluster of a service's port, or of a subset of it.
 * @param caFile certificate authorities for TLS whose rule names none
 */
export function outboundClusterMessage(spec: DestinationSpec, caFile: string): ClusterInit {
  const { name, service, port, policy } = spec;
  const { connectionPool: pool } = policy;
  const tls = tlsFor(spec);
  const outlier = outlierDetection(policy.outlierDetection);
  const common = commonLbConfig(service, policy);
  const socket = transportSocket({
    ...{ tls, caFile, namespace: spec.proxy.namespace },
    proxyProtocol: policy.proxyProtocol && (policy.proxyProtocol.version ?? 'V1'),
    subjectAltNames: service.subjectAltNames ?? [],
    http2: speaksHttp2(port.protocol, pool),
  });
  const keepalive = pool?.tcp?.tcpKeepalive;
  return {
    name,
    altStatName: `${name}${STAT_NAME_END}`,
    connectTimeout: durationOf(connectTimeout_ms(pool)),
    circuitBreakers: circuitBreakers(pool, policy.retryBudget),
    typedExtensionProtocolOptions: httpProtocolOptions(port.protocol, pool, tls),
    ...discovery(spec),
    ...(outlier ? { outlierDetection: outlier } : {}),
    ...(common ? { commonLbConfig: common } : {}),
    ...(socket ? { transportSocket: socket } : {}),
    ...(keepalive ? { upstreamConnectionOptions: { tcpKeepalive: tcpKeepalive(keepalive) } } : {}),
  };
}

function connectTimeout_ms(pool: ConnectionPool | undefined): number {
  const text = pool?.tcp?.connectTimeout;
  return text ? duration_ms(text) : CONNECT_TIMEOUT_MS;
}

function tcpKeepalive({ probes, time, interval }: TcpKeepalive): Init<typeof TcpKeepaliveSchema> {
  const seconds = (text: string): number => Math.ceil(duration_ms(text) / MILLISECONDS_PER_SECOND);
  return {
    ...(probes ? { keepaliveProbes: probes } : {}),
    ...(time ? { keepaliveTime: seconds(time) } : {}),
    ...(interval ? { keepaliveInterval: seconds(interval) } : {}),
  };
}

function commonLbConfig(service: Service, policy: PortPolicy): ClusterInit['commonLbConfig'] {
  const panic = panicThreshold(policy.outlierDetection);
  const balancing = localityBalancing(service, policy);
  const weighs = balancing !== undefined && weighsLocalities(balancing);
  if (!weighs) return panic;
  return { ...panic, localityConfigSpecifier: { case: 'localityWeightedLbConfig', value: {} } };
}

function discovery(spec: DestinationSpec): Partial<ClusterInit> {
  const { name, port, policy } = spec;
  switch (discoveryOf(spec)) {
    case 'original':
      return originalDestination(port.passthroughPort);
    case 'eds':
      return {
        clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
        edsClusterConfig: { edsConfig: ADS, serviceName: name },
        ...loadBalancing(policy.loadBalancer),
      };
    case 'dns':
      return byName(spec, Cluster_DiscoveryType.STRICT_DNS);
    case 'logicalDns':
      return byName(spec, Cluster_DiscoveryType.LOGICAL_DNS);
  }
}

function byName(spec: DestinationSpec, type: Cluster_DiscoveryType): Partial<ClusterInit> {
  const assignment = { loadAssignment: loadAssignment(spec), ...loadBalancing(spec.policy.loadBalancer) };
  const isEmpty = assignment.loadAssignment.endpoints?.length === 0;
  // Nothing to look up: a cluster that is there and has no endpoints says so to callers.
  if (isEmpty) {
    return { clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC }, ...assignment };
  }
  return {
    clusterDiscoveryType: { case: 'type', value: type },
    dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY,
    dnsRefreshRate: durationOf(DNS_REFRESH_MS),
    respectDnsTtl: true,
    ...assignment,
  };
}

function originalDestination(port?: number): Partial<ClusterInit> {
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.ORIGINAL_DST },
    lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
    ...(port ? { lbConfig: { case: 'originalDstLbConfig', value: { upstreamPortOverride: port } } } : {}),
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

/** The application beside the proxy; without `application` where the connection was going anyway. */
export function inboundClusterMessage(
  port: number,
  protocol: Protocol,
  application: { readonly address: string; readonly port: number } | undefined,
): ClusterInit {
  const name = inboundCluster(port);
  const common = {
    name,
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
    circuitBreakers: circuitBreakers(undefined),
    typedExtensionProtocolOptions: httpProtocolOptions(protocol, undefined),
  };
  if (application === undefined) return { ...common, ...originalDestination() };
  const address = addressOf(application.address, application.port);
  const endpoint = { hostIdentifier: { case: 'endpoint' as const, value: { address } } };
  return {
    ...common,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints: [endpoint] }] },
  };
}
