import { isIP } from 'node:net';
import { duration_ms } from '../../resources/istio/duration.js';
import type { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { DestinationView } from '../model/destination-types.js';
import { destinationView } from '../model/destination-view.js';
import { portPolicy } from '../model/port-policy.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Destination, Mesh } from '../model/types.js';
import type { Init } from './resource.js';
import { durationOf } from './values.js';

export type TcpSettings = Pick<
  Init<typeof TcpProxySchema>,
  'idleTimeout' | 'maxDownstreamConnectionDuration' | 'hashPolicy' | 'tunnelingConfig'
>;

/** What a destination's rules say of connections that are not looked into. */
export function tcpSettings(
  mesh: Mesh,
  proxy: ProxyNode,
  { host, subset, port }: Destination & { readonly port: number },
): TcpSettings {
  const service = mesh.services.get(host);
  if (service === undefined) return {};
  const view = destinationView(mesh, proxy, service);
  const { connectionPool, loadBalancer } = portPolicy(view, port, subset);
  const { idleTimeout, maxConnectionDuration } = connectionPool?.tcp ?? {};
  const tunnelingConfig = tunnel(view, subset);
  return {
    ...(idleTimeout ? { idleTimeout: durationOf(duration_ms(idleTimeout)) } : {}),
    ...(maxConnectionDuration
      ? { maxDownstreamConnectionDuration: durationOf(duration_ms(maxConnectionDuration)) }
      : {}),
    ...(loadBalancer?.consistentHash?.useSourceIp
      ? { hashPolicy: [{ policySpecifier: { case: 'sourceIp', value: {} } }] }
      : {}),
    ...(tunnelingConfig ? { tunnelingConfig } : {}),
  };
}

/** A subset has its own, or none. */
function tunnel({ trafficPolicy, subsets }: DestinationView, subset: string | undefined) {
  const settings = (subset === undefined ? trafficPolicy : subsets.get(subset)?.trafficPolicy)?.tunnel;
  if (settings === undefined) return undefined;
  const { targetHost = '', targetPort = 0, protocol } = settings;
  const host = isIP(targetHost) === 6 ? `[${targetHost}]` : targetHost;
  return { hostname: `${host}:${targetPort}`, ...(protocol === 'POST' ? { usePost: true } : {}) };
}
