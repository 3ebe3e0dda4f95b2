import { Socket } from 'node:net';
import type { AdsTarget } from '../../../xds/client/connection.js';
import type { ClusterLookup } from '../../cluster/cluster-lookup.js';
import type { ProxyContext } from '../../context.js';

/** A control plane that is a cluster of the proxy's own configuration; each connection goes to a host that its balancer chose. */
export function dialCluster(
  context: ProxyContext,
  clusters: Pick<ClusterLookup, 'get'>,
  name: string,
  authority: string,
): AdsTarget {
  return { kind: 'dial', authority: authority || name, connect: () => connect(context, clusters, name) };
}

function connect(context: ProxyContext, clusters: Pick<ClusterLookup, 'get'>, name: string): Socket {
  const host = clusters.get(name)?.choose({ destination: undefined });
  if (host === undefined) return new Socket().destroy(new Error(`cluster ${name} has no healthy host`));
  const socket = context.sockets.connect({ address: host.address, port: host.port });
  socket.allowHalfOpen = false; // the session ends with the server's half, and a new one begins
  return socket;
}
