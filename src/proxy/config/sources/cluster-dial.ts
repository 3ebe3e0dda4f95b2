import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AdsTarget } from '../../../xds/client/connection.js';
import type { ClusterLookup } from '../../cluster/cluster-lookup.js';
import type { ProxyContext } from '../../context.js';
import { DeferredSocket } from './deferred-socket.js';

/** What a control plane behind TLS must agree to speak. */
const ALPN: readonly string[] = ['h2'];

/** A control plane that is a cluster of the proxy's own configuration; each connection goes to a host that its balancer chose. */
export function dialCluster(
  context: ProxyContext,
  clusters: Pick<ClusterLookup, 'get'>,
  name: string,
  authority: string,
): AdsTarget {
  return { kind: 'dial', authority: authority || name, connect: () => connect(context, clusters, name) };
}

function connect(context: ProxyContext, clusters: Pick<ClusterLookup, 'get'>, name: string): Duplex {
  const cluster = clusters.get(name);
  const host = cluster?.choose({ destination: undefined });
  if (cluster === undefined || host === undefined)
    return new Socket().destroy(new Error(`cluster ${name} has no healthy host`));
  const socket = context.sockets.connect({ address: host.address, port: host.port });
  socket.allowHalfOpen = false; // the session ends with the server's half, and a new one begins
  const { transportSocket } = cluster.settings;
  if (transportSocket === undefined) return socket;
  const secured = new DeferredSocket();
  socket.on('error', (error) => secured.destroy(error));
  socket.on('close', () => secured.destroy());
  socket.once('connect', () =>
    transportSocket.secure(
      socket,
      host,
      ALPN,
      (inner) => secured.attach(inner),
      (detail) => secured.destroy(new Error(detail)),
    ),
  );
  return secured;
}
