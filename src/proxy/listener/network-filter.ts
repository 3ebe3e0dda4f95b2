import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../http/stream-info.js';

/** The last network filter of a chain: takes over accepted connections. */
export interface NetworkFilter {
  /** @param initial bytes that listener filters read already */
  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void;
  /** No new connections come; those there are end when it suits. */
  drain(): void;
  /** Ends what is idle now, and the rest as soon as it is. */
  close(): void;
  /** Ends all connections now. */
  destroy(): void;
}
