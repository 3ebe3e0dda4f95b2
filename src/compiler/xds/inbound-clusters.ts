import type { InboundPort } from '../model/inbound.js';
import type { ProxyNode } from '../model/proxy.js';
import { inboundClusterMessage } from './cluster.js';
import type { ClusterInit } from './resource.js';

const LOOPBACK_ADDRESS = '127.0.0.1';

/** To the application: where its Sidecar says, else where the connection was going. */
export function inboundClusterFor({ port, protocol, endpoint }: InboundPort, proxy: ProxyNode): ClusterInit {
  const { capture, appAddress, ip } = proxy;
  if (endpoint === undefined) {
    return inboundClusterMessage(port, protocol, capture === 'none' ? { address: appAddress, port } : undefined);
  }
  // Without redirection all pods share the loopback address, and each application has one of its own.
  const loopback = capture === 'none' ? appAddress : LOOPBACK_ADDRESS;
  return inboundClusterMessage(port, protocol, {
    address: endpoint.at === 'pod' ? ip : loopback,
    port: endpoint.port,
  });
}
