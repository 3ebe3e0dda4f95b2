import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { DrainDecision } from './drain-sequence.js';

/** The last network filter of a chain: takes over accepted connections. */
export interface NetworkFilter {
  /** @param initial bytes that listener filters read already */
  accept(socket: Socket, info: ConnectionInfo, filterChainName: string, initial: Buffer | undefined): void;
  /** No new connections come; those there are end when it suits, after answers of which `closes` says so. */
  drain(closes: DrainDecision): void;
  /** Ends what is idle now, and the rest as soon as it is. */
  close(): void;
  /** Ends all connections now. */
  destroy(): void;
}

/** `after_ms`: the connection is kept for so long before it is closed. */
export type Admission = 'pass' | 'close' | { readonly after_ms: number };

/** A network filter before the last one: looks at a connection once. */
export interface GateFilter {
  /** Asked before a handshake; otherwise after it, when the client's certificate is known. */
  readonly early: boolean;
  /** @param onEnd calls back when the connection has ended */
  admit(info: ConnectionInfo, onEnd: (ended: () => void) => void): Admission;
}
