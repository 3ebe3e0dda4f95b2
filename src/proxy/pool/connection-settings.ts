import type { Http2Options } from '../http2/http2-options.js';
import type { IdentityOf } from './server-identity.js';
import type { TransportSocket } from './transport-socket.js';
import type { UpstreamHttp1Options, UpstreamProtocol } from './upstream-protocol.js';

/** What a cluster's connections are made with. */
export interface ConnectionSettings {
  readonly connectTimeout_ms: number;
  /** 0 for none. */
  readonly idleTimeout_ms: number;
  /** 0 for none. */
  readonly maxConnectionDuration_ms: number;
  /** 0 for no limit. */
  readonly maxRequestsPerConnection: number;
  readonly mark: number | undefined;
  readonly localAddress: string | undefined;
  /** Of silence, until TCP asks the endpoint for a sign of life; 0: the system's; undefined: never. */
  readonly keepalive_ms: number | undefined;
  readonly http1: UpstreamHttp1Options;
  readonly protocol: UpstreamProtocol;
  readonly http2: Http2Options;
  /** Limits of an answer's head. */
  readonly head_bytes_max: number;
  readonly field_count_max: number;
  /** undefined: the bytes go as they are. */
  readonly transportSocket: TransportSocket | undefined;
  /** Whom a request expects at the other end; undefined for whom the transport socket does. */
  readonly identityOf: IdentityOf | undefined;
}
