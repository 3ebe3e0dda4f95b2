import type { FilterSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { L4Route, Mesh } from '../model/types.js';
import { ACCESS_LOG } from './access-log.js';
import { anyOf, type Init } from './resource.js';
import { clusterOf, portOf } from './route-action.js';
import { type TcpSettings, tcpSettings } from './tcp-settings.js';

type Filter = Init<typeof FilterSchema>;
type TcpProxy = Init<typeof TcpProxySchema>;

export function tcpToCluster(cluster: string, settings: TcpSettings = {}): Filter {
  return tcpProxy({ statPrefix: cluster, clusterSpecifier: { case: 'cluster', value: cluster }, ...settings });
}

/** Connections to the destinations of a route, by weight; the settings are those of the first. */
export function tcpByRoute(
  mesh: Mesh,
  proxy: ProxyNode,
  { destinations, origin }: L4Route,
  listenerPort: number,
): Filter {
  const [first] = destinations;
  const settings = first ? tcpSettings(mesh, proxy, { ...first, port: portOf(mesh, first, listenerPort) }) : {};
  if (first && destinations.length === 1) return tcpToCluster(clusterOf(mesh, first, listenerPort), settings);
  const clusters = destinations.map(({ weight, ...destination }) => ({
    name: clusterOf(mesh, destination, listenerPort),
    weight,
  }));
  return tcpProxy({
    statPrefix: `${origin.name}.${origin.namespace}`,
    clusterSpecifier: { case: 'weightedClusters', value: { clusters } },
    ...settings,
  });
}

function tcpProxy(config: TcpProxy): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig', value: anyOf(TcpProxySchema, { ...config, accessLog: [ACCESS_LOG] }) },
  };
}
