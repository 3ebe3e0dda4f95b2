import type { UpstreamStream } from './upstream-stream.js';

export type PoolFailure = 'overflow' | 'connection_failure' | 'connection_timeout';

/** A request that wants to be sent. Exactly one of the two is called, unless it cancels. */
export interface PoolClient {
  onPoolReady(stream: UpstreamStream): void;
  /** @param detail the system's own words, where there are some */
  onPoolFailure(failure: PoolFailure, detail: string): void;
}

/** Connections to one endpoint for one priority, and the requests that wait for one. */
export interface ConnectionPool {
  /** Hands over a stream at once, or when there is one. */
  request(client: PoolClient): void;
  /** The client no longer waits. */
  cancel(client: PoolClient): void;
  /** Closes what is idle; the rest after its requests. */
  drain(): void;
  /** Closes everything now. */
  destroy(): void;
}
