import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import type { InboundPort } from '../model/inbound.js';
import type { ProxyNode } from '../model/proxy.js';
import { httpToApplication } from './http-connection-manager.js';
import { type FilterChain, httpInspector, inspectionFor, NO_TIME_LIMIT, SNIFFED_HTTP } from './inspectors.js';
import {
  ANY_ADDRESS,
  BLACK_HOLE_CLUSTER,
  INBOUND_CAPTURE_PORT,
  INBOUND_PASSTHROUGH_CLUSTER,
  inboundCluster,
  listenerName,
  VIRTUAL_INBOUND_LISTENER,
} from './names.js';
import type { InboundPolicy } from './policy-filters.js';
import { anyOf, type ListenerInit } from './resource.js';
import { tcpToCluster } from './tcp-filter.js';
import { addressOf } from './values.js';

/** Where redirected connections to the pod arrive: the filter chains of each known port, the rest as plain TCP. */
export function virtualInbound(ports: readonly InboundPort[], policy: InboundPolicy): ListenerInit {
  const sniffed = ports.filter(({ protocol }) => protocol === 'auto').map(({ port }) => port);
  return {
    name: VIRTUAL_INBOUND_LISTENER,
    address: addressOf(ANY_ADDRESS, INBOUND_CAPTURE_PORT),
    trafficDirection: TrafficDirection.INBOUND,
    listenerFilters: [
      {
        name: 'envoy.filters.listener.original_dst',
        configType: { case: 'typedConfig', value: anyOf(OriginalDstSchema, {}) },
      },
      ...(sniffed.length > 0 ? [httpInspector(sniffed)] : []),
    ],
    ...(sniffed.length > 0 ? NO_TIME_LIMIT : {}),
    filterChains: [
      {
        name: `${VIRTUAL_INBOUND_LISTENER}-blackhole`,
        filterChainMatch: { destinationPort: INBOUND_CAPTURE_PORT },
        filters: [tcpToCluster(BLACK_HOLE_CLUSTER)],
      },
      ...ports.flatMap((port) =>
        chainsTo(port, policy).map((chain) => ({
          ...chain,
          name: listenerName(ANY_ADDRESS, port.port),
          filterChainMatch: {
            ...chain.filterChainMatch,
            destinationPort: port.port,
          },
        })),
      ),
      { name: `${VIRTUAL_INBOUND_LISTENER}-catchall-tcp`, filters: [tcpToCluster(INBOUND_PASSTHROUGH_CLUSTER)] },
    ],
  };
}

/** `127.1.0.5_8080`: where nothing is redirected the proxy listens on the port itself, in front of the application. */
export function boundInbound(proxy: ProxyNode, port: InboundPort, policy: InboundPolicy): ListenerInit {
  const address = proxy.capture === 'none' ? proxy.ip : (port.listenAddress ?? proxy.ip);
  const chains = chainsTo(port, policy);
  return {
    name: listenerName(address, port.port),
    address: addressOf(address, port.port),
    trafficDirection: TrafficDirection.INBOUND,
    ...inspectionFor(chains),
    filterChains: chains,
  };
}

function chainsTo({ port, protocol }: InboundPort, policy: InboundPolicy): FilterChain[] {
  const tcp = { filters: [tcpToCluster(inboundCluster(port))] };
  if (protocol === 'tcp' || protocol === 'tls') return [tcp];
  const filters = [httpToApplication(port, policy)];
  return protocol === 'auto' ? [{ filterChainMatch: SNIFFED_HTTP, filters }, tcp] : [{ filters }];
}
