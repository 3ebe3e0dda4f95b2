import type { Socket } from 'node:net';
import type { Host } from '../cluster/host.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { ServerIdentity } from './server-identity.js';

/** What stands between TCP and a cluster's protocol, when it is not the bare bytes: TLS, a PROXY header. */
export interface TransportSocket {
  /**
   * Takes a connected TCP socket over; exactly one of the two is called, unless the socket is destroyed before.
   * @param alpn protocols that the cluster would speak, in order; empty to say none
   * @param client whose connection it is made for, where it is made for one
   * @param server whom its requests expect, where they say so
   * @param ready `protocol` is what ALPN chose, '' for none
   */
  secure(
    socket: Socket,
    host: Host,
    alpn: readonly string[],
    ready: (socket: Socket, protocol: string, tls?: TlsInfo) => void,
    failed: (detail: string) => void,
    client?: ConnectionInfo,
    server?: ServerIdentity,
  ): void;
}
