import type { Duplex } from 'node:stream';
import type { ByteMeter } from '../http/byte-meter.js';
import type { TlsInfo } from '../tls/tls-info.js';

/** What a `tcp_proxy` has at an endpoint once it is connected. */
export interface TcpLinkReady {
  /** A socket, or what behaves like one. */
  readonly socket: Duplex;
  /** Undefined without TLS. */
  readonly tls: TlsInfo | undefined;
  /** `address:port` of our end; '' when unknown. */
  readonly localAddress: string;
  readonly connectionId: number;
  /** Of a tunnel, whose codec counts what it says; undefined where the bytes go as they are. */
  readonly meter: ByteMeter | undefined;
}

/** One way of a `tcp_proxy` to an endpoint, to be used once. */
export interface TcpLink {
  /** Exactly one of the two is called, unless {@link end} is before. @param detail the system's own words, '' for none */
  connect(ready: (link: TcpLinkReady) => void, failed: (detail: string) => void): void;
  /** Bytes flow. */
  carries(): void;
  /**
   * @param graceful the client had said all: what is written to the endpoint still reaches it
   * @param reset the endpoint is to see a reset
   */
  end(graceful: boolean, reset: boolean): void;
}
