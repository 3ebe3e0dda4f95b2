import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import type { InboundPort } from '../model/inbound.js';
import type { ProxyNode } from '../model/proxy.js';
import { httpToApplication, tcpToCluster } from './http-connection-manager.js';
import {
  ANY_ADDRESS,
  BLACK_HOLE_CLUSTER,
  INBOUND_CAPTURE_PORT,
  INBOUND_PASSTHROUGH_CLUSTER,
  inboundCluster,
  listenerName,
  VIRTUAL_INBOUND_LISTENER,
} from './names.js';
import { anyOf, type ListenerInit } from './resource.js';
import { addressOf } from './values.js';

/** Where redirected connections to the pod arrive: one filter chain for each known port, the rest as plain TCP. */
export function virtualInbound(_proxy: ProxyNode, ports: readonly InboundPort[]): ListenerInit {
  return {
    name: VIRTUAL_INBOUND_LISTENER,
    address: addressOf(ANY_ADDRESS, INBOUND_CAPTURE_PORT),
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [
      {
        name: 'envoy.filters.listener.original_dst',
        configType: { case: 'typedConfig', value: anyOf(OriginalDstSchema, {}) },
      },
    ],
    filterChains: [
      {
        name: `${VIRTUAL_INBOUND_LISTENER}-blackhole`,
        filterChainMatch: { destinationPort: INBOUND_CAPTURE_PORT },
        filters: [tcpToCluster(BLACK_HOLE_CLUSTER)],
      },
      ...ports.map((port) => ({
        name: listenerName(ANY_ADDRESS, port.port),
        filterChainMatch: { destinationPort: port.port },
        filters: [toApplication(port)],
      })),
      { name: `${VIRTUAL_INBOUND_LISTENER}-catchall-tcp`, filters: [tcpToCluster(INBOUND_PASSTHROUGH_CLUSTER)] },
    ],
  };
}

/** `127.1.0.5_8080`: without redirection each port is listened on at the pod's address, in front of the application. */
export function boundInbound(proxy: ProxyNode, port: InboundPort): ListenerInit {
  return {
    name: listenerName(proxy.ip, port.port),
    address: addressOf(proxy.ip, port.port),
    trafficDirection: TrafficDirection.INBOUND,
    filterChains: [{ filters: [toApplication(port)] }],
  };
}

function toApplication({ port, protocol }: InboundPort) {
  return protocol === 'tcp' ? tcpToCluster(inboundCluster(port)) : httpToApplication(port);
}
