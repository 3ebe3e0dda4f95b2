import type { Socket } from 'node:net';
import { encodeProxyHeaderV1, encodeProxyHeaderV2 } from '../../wire/proxy-protocol/proxy-protocol.js';
import { ProxyProtocolConfig_Version as Version } from '../../xds/types/gen/envoy/config/core/v3/proxy_protocol_pb.js';
import type { ProxyProtocolUpstreamTransport } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import type { Host } from '../cluster/host.js';
import { compilePassThrough } from '../filters/proxy-protocol.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { plainAddress } from '../network.js';
import type { ServerIdentity } from '../pool/server-identity.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import type { TlsInfo } from './tls-info.js';

/** `envoy.transport_sockets.upstream_proxy_protocol`: a PROXY header says who the client is, before what the inner socket sends. */
export class ProxyHeaderSocket implements TransportSocket {
  private readonly isV2: boolean;
  private readonly passes: (type: number) => boolean;

  /** @param inner undefined for the bare bytes */
  constructor(
    config: ProxyProtocolUpstreamTransport,
    private readonly inner: TransportSocket | undefined,
  ) {
    this.isV2 = config.config?.version === Version.V2;
    this.passes = compilePassThrough(config.config?.passThroughTlvs);
  }

  secure(
    socket: Socket,
    host: Host,
    alpn: readonly string[],
    ready: (socket: Socket, protocol: string, tls?: TlsInfo) => void,
    failed: (detail: string) => void,
    client?: ConnectionInfo,
    server?: ServerIdentity,
  ): void {
    socket.write(this.header(socket, client));
    if (this.inner === undefined) ready(socket, '');
    else this.inner.secure(socket, host, alpn, ready, failed, client, server);
  }

  private header(socket: Socket, client: ConnectionInfo | undefined): Buffer {
    if (client === undefined) {
      // a connection of the proxy's own: version 1 names its ends, version 2 calls it LOCAL
      if (this.isV2) return encodeProxyHeaderV2(undefined, undefined);
      return encodeProxyHeaderV1(
        { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
        { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 },
      );
    }
    const source = { address: client.remoteAddress, port: client.remotePort };
    const destination = { address: client.localAddress, port: client.localPort };
    if (!this.isV2) return encodeProxyHeaderV1(source, destination);
    return encodeProxyHeaderV2(
      source,
      destination,
      (client.proxyTlvs ?? []).filter(({ type }) => this.passes(type)),
    );
  }
}
