import type { FilterSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { L4Route, Mesh } from '../model/types.js';
import { ACCESS_LOG } from './access-log.js';
import { anyOf, type Init } from './resource.js';
import { clusterOf } from './route-action.js';

type Filter = Init<typeof FilterSchema>;
type TcpProxy = Init<typeof TcpProxySchema>;

export function tcpToCluster(cluster: string): Filter {
  return tcpProxy({ statPrefix: cluster, clusterSpecifier: { case: 'cluster', value: cluster } });
}

/** Connections to the destinations of a route, by weight. */
export function tcpByRoute(mesh: Mesh, { destinations, origin }: L4Route, listenerPort: number): Filter {
  const [only] = destinations;
  if (only && destinations.length === 1) return tcpToCluster(clusterOf(mesh, only, listenerPort));
  const clusters = destinations.map(({ weight, ...destination }) => ({
    name: clusterOf(mesh, destination, listenerPort),
    weight,
  }));
  return tcpProxy({
    statPrefix: `${origin.name}.${origin.namespace}`,
    clusterSpecifier: { case: 'weightedClusters', value: { clusters } },
  });
}

function tcpProxy(config: TcpProxy): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig', value: anyOf(TcpProxySchema, { ...config, accessLog: [ACCESS_LOG] }) },
  };
}
