import { matchesLabels } from '../../resources/labels/selector.js';
import type { LbEndpointSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_components_pb.js';
import { groupBy } from '../group-by.js';
import { localityKey, topologyLabels } from '../model/locality.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Endpoint } from '../model/types.js';
import { compareText } from '../ordering.js';
import type { DestinationSpec } from './destination.js';
import { localityBalancing, weighsLocalities } from './locality-balancing.js';
import { distribute } from './locality-distribute.js';
import { byFailover, byFailoverPriority, type LocalityGroup } from './locality-failover.js';
import type { EndpointsInit, Init } from './resource.js';
import { addressOf } from './values.js';

/** The endpoints of a cluster as its caller is to see them: by locality, and what is near first where that counts. */
export function loadAssignment(spec: DestinationSpec): EndpointsInit {
  const { name, service, policy } = spec;
  const balancing = localityBalancing(service, policy);
  const groups = byLocality(endpointsFor(spec));
  const ordered = balancing ? balance(groups, spec.proxy, balancing) : groups;
  const weighs = balancing !== undefined && weighsLocalities(balancing);
  const endpoints = ordered.map((group) => toMessage(group, weighs || spec.proxy.isGrpc === true));
  return { clusterName: name, endpoints: spec.proxy.isGrpc ? endpoints.map(withLocality) : endpoints };
}

/**
 * What of a caller its endpoints depend on; '' where all callers get the same. So a proxy that differs in nothing else shares the
 * encoded message.
 */
export function callerKey({ service, policy, proxy }: DestinationSpec): string {
  const node = service.nodeLocal ? (proxy.node ?? '') : '';
  const balancing = localityBalancing(service, policy);
  const kind = proxy.isGrpc ? 'grpc' : proxy.kind;
  if (balancing === undefined) return `${kind}|${node}`;
  const labels = topologyLabels(proxy.labels, proxy);
  const wanted = (balancing.setting.failoverPriority ?? []).map((label) => labels[label.split('=')[0] ?? ''] ?? '');
  return [kind, node, localityKey(proxy.locality), ...wanted].join('|');
}

function endpointsFor({ port, subset, service, proxy }: DestinationSpec): readonly Endpoint[] {
  const chosen = port.endpoints.filter((endpoint) => {
    if (service.nodeLocal && endpoint.node !== proxy.node) return false;
    if (subset === undefined) return true;
    return matchesLabels(subset, endpoint.labels) || matchesLabels(subset, topologyLabels(endpoint.labels, endpoint));
  });
  // Envoy looks up one name in turn, and takes no other besides.
  return service.resolution === 'dnsRoundRobin' ? chosen.slice(0, 1) : chosen;
}

function byLocality(endpoints: readonly Endpoint[]): LocalityGroup[] {
  const groups = groupBy(endpoints, ({ locality }) => localityKey(locality));
  return [...groups]
    .sort(([left], [right]) => compareText(left, right))
    .map(([, group]) => ({ locality: group[0]?.locality, endpoints: group, priority: 0 }));
}

function balance(
  groups: readonly LocalityGroup[],
  proxy: ProxyNode,
  { setting, failover }: NonNullable<ReturnType<typeof localityBalancing>>,
): readonly LocalityGroup[] {
  if (setting.distribute !== undefined) return distribute(groups, proxy.locality, setting.distribute);
  if (!failover) return groups;
  if (!setting.failoverPriority?.length) return byFailover(groups, proxy.locality, setting.failover);
  const ordered = byFailoverPriority(groups, topologyLabels(proxy.labels, proxy), setting.failoverPriority);
  return setting.failover?.length ? byFailover(ordered, proxy.locality, setting.failover) : ordered;
}

function toMessage({ locality, endpoints, priority, weight }: LocalityGroup, weighs: boolean) {
  const sum = endpoints.reduce((total, endpoint) => total + (endpoint.weight || 1), 0);
  return {
    lbEndpoints: endpoints.map(toEndpoint),
    ...(locality ? { locality: { region: locality.region, zone: locality.zone, subZone: locality.subzone } } : {}),
    ...(priority > 0 ? { priority } : {}),
    ...(weighs && sum > 0 ? { loadBalancingWeight: weight ?? sum } : {}),
  };
}

/** gRPC refuses endpoints of which it is not said where they are, be it nowhere, and leaves out those without a weight. */
function withLocality(group: ReturnType<typeof toMessage>): ReturnType<typeof toMessage> {
  return { ...group, locality: group.locality ?? { region: '', zone: '', subZone: '' } };
}

function toEndpoint({ address, port, weight }: Endpoint): Init<typeof LbEndpointSchema> {
  return {
    hostIdentifier: { case: 'endpoint', value: { address: addressOf(address, port) } },
    ...(weight ? { loadBalancingWeight: weight } : {}),
  };
}
