import type { Socket } from 'node:net';
import { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';

/** Opens the connections of checks: like those of requests, to where the host is checked. */
export class ProbeDialer {
  constructor(
    private readonly context: ProxyContext,
    private readonly settings: ConnectionSettings,
    /** Port of every check; 0 leaves it to the host. */
    private readonly altPort: number,
    private readonly alpn: readonly string[],
  ) {}

  /** @returns the socket on its way; exactly one of the two is called, unless it is destroyed before */
  dial(host: Host, connected: (socket: Socket) => void, failed: () => void): Socket {
    const target = host.checkAddress ?? { address: host.address, port: this.altPort || host.port };
    const { mark, localAddress, transportSocket } = this.settings;
    const socket = this.context.sockets.connect({ ...target, mark, localAddress });
    let over = false;
    const fail = (): void => {
      if (over) return;
      over = true;
      socket.destroy();
      failed();
    };
    socket.on('error', fail);
    socket.on('close', fail);
    socket.once('connect', () => {
      if (over) return;
      const ready = (secured: Socket): void => {
        if (over) return;
        over = true;
        connected(secured);
      };
      if (transportSocket === undefined) ready(socket);
      else transportSocket.secure(socket, this.checked(host, target), this.alpn, ready, fail);
    });
    return socket;
  }

  /** The host as TLS is to see it: under the address that is checked. */
  private checked(host: Host, target: { readonly address: string; readonly port: number }): Host {
    const checked = new Host(target.address, target.port);
    checked.hostname = host.hostname;
    checked.metadata = host.metadata;
    return checked;
  }
}
