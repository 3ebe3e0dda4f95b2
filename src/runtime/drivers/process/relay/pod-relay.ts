import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { HTTP_PROXY_PORT, OUTBOUND_PORT } from '../ports.js';
import { relayWithHeader } from './header-relay.js';
import { httpRelay } from './http-relay.js';
import type { PodDialer } from './pod-dialer.js';

/** Of one pod; one more is closed at once. */
export const RELAY_CONNECTIONS_MAX = 1024;

/** What stands in a pod without a sidecar where others have theirs: it leads to services, by no rule but kube-proxy's. */
export class PodRelay {
  private constructor(
    private readonly servers: readonly Server[],
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  static async open(podIP: string, dialer: PodDialer): Promise<PodRelay> {
    const sockets = new Set<Socket>();
    const withHeader = createServer({ allowHalfOpen: true }, (socket) => relayWithHeader(socket, dialer));
    const servers: Server[] = [];
    try {
      for (const [server, port] of [
        [withHeader, OUTBOUND_PORT],
        [httpRelay(dialer), HTTP_PROXY_PORT],
      ] as const) {
        server.maxConnections = RELAY_CONNECTIONS_MAX;
        server.on('connection', (socket: Socket) => {
          sockets.add(socket.once('close', () => sockets.delete(socket)));
        });
        server.listen(port, podIP);
        servers.push(server);
        await once(server, 'listening');
      }
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    return new PodRelay(servers, sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
