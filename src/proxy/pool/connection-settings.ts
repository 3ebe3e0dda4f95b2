import type { TransportSocket } from './transport-socket.js';

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
  readonly keepSpelling: boolean;
  /** undefined: the bytes go as they are. */
  readonly transportSocket: TransportSocket | undefined;
}
