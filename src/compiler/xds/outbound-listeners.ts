import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh, Service } from '../model/types.js';
import { httpByRoutes, tcpToCluster } from './http-connection-manager.js';
import {
  ANY_ADDRESS,
  BLACK_HOLE_CLUSTER,
  HTTP_PROXY_ROUTES,
  listenerName,
  OUTBOUND_CAPTURE_PORT,
  outboundCluster,
  PASSTHROUGH_CLUSTER,
  VIRTUAL_OUTBOUND_LISTENER,
} from './names.js';
import { anyOf, type ListenerInit } from './resource.js';
import { addressOf } from './values.js';

/** Where captured connections arrive: each is handed to the listener of the address that it was going to. */
export function virtualOutbound(mesh: Mesh, proxy: ProxyNode): ListenerInit {
  const unknown = mesh.config.outboundTrafficPolicy === 'ALLOW_ANY' ? PASSTHROUGH_CLUSTER : BLACK_HOLE_CLUSTER;
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

/** `0.0.0.0_8080`: HTTP to any address on that port, told apart by host. */
export function httpListener(port: number): ListenerInit {
  return handedOver(ANY_ADDRESS, port, [
    httpByRoutes(`outbound_${listenerName(ANY_ADDRESS, port)}`, String(port), { edge: false }),
  ]);
}

/** `10.96.1.2_9000`: TCP to a service, told by its address; services without one share the port's any-address listener. */
export function tcpListeners(services: readonly Service[]): ListenerInit[] {
  return services.flatMap((service) =>
    service.ports
      .filter((port) => port.protocol === 'tcp')
      .flatMap((port) => {
        const filter = tcpToCluster(outboundCluster(port.number, undefined, service.hostname));
        const hosts = service.addresses.filter((address) => !address.includes('/'));
        const addresses = hosts.length > 0 ? hosts : [ANY_ADDRESS];
        return addresses.map((address) => handedOver(address, port.number, [filter]));
      }),
  );
}

function handedOver(address: string, port: number, filters: ReturnType<typeof tcpToCluster>[]): ListenerInit {
  return {
    name: listenerName(address, port),
    address: addressOf(address, port),
    trafficDirection: TrafficDirection.OUTBOUND,
    bindToPort: false,
    filterChains: [{ filters }],
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
