import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { SidecarScope } from '../model/sidecar-scope.js';
import { httpByRoutes } from './http-connection-manager.js';
import {
  ANY_ADDRESS,
  BLACK_HOLE_CLUSTER,
  HTTP_PROXY_ROUTES,
  listenerName,
  OUTBOUND_CAPTURE_PORT,
  PASSTHROUGH_CLUSTER,
  VIRTUAL_OUTBOUND_LISTENER,
} from './names.js';
import { anyOf, type ListenerInit } from './resource.js';
import { tcpToCluster } from './tcp-filter.js';
import { addressOf } from './values.js';

/** Where captured connections arrive: each is handed to the listener of the address that it was going to. */
export function virtualOutbound({ outboundTrafficPolicy }: SidecarScope, proxy: ProxyNode): ListenerInit {
  const unknown = outboundTrafficPolicy === 'ALLOW_ANY' ? PASSTHROUGH_CLUSTER : BLACK_HOLE_CLUSTER;
  return {
    name: VIRTUAL_OUTBOUND_LISTENER,
    address: addressOf(proxy.capture === 'none' ? proxy.ip : ANY_ADDRESS, OUTBOUND_CAPTURE_PORT),
    trafficDirection: TrafficDirection.OUTBOUND,
    useOriginalDst: true,
    listenerFilters: proxy.capture === 'none' ? [proxyProtocol()] : [],
    filterChains: [
      {
        // Going to the capture port itself would come back for ever.
        name: `${VIRTUAL_OUTBOUND_LISTENER}-blackhole`,
        filterChainMatch: { destinationPort: OUTBOUND_CAPTURE_PORT },
        filters: [tcpToCluster(BLACK_HOLE_CLUSTER)],
      },
      { name: `${VIRTUAL_OUTBOUND_LISTENER}-catchall-tcp`, filters: [tcpToCluster(unknown)] },
    ],
  };
}

/** Without redirection the caller says in a PROXY protocol header where it was going. */
function proxyProtocol() {
  return {
    name: 'envoy.filters.listener.proxy_protocol',
    configType: { case: 'typedConfig' as const, value: anyOf(ProxyProtocolSchema, {}) },
  };
}

/** For programs that were told to use an HTTP proxy. */
export function httpProxyListener(proxy: ProxyNode, port: number): ListenerInit {
  return {
    name: listenerName(proxy.ip, port),
    address: addressOf(proxy.ip, port),
    trafficDirection: TrafficDirection.OUTBOUND,
    filterChains: [
      { filters: [httpByRoutes(`outbound_${listenerName(proxy.ip, port)}`, HTTP_PROXY_ROUTES, { edge: false })] },
    ],
  };
}
