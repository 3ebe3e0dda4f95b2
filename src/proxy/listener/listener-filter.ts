import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { SocketFactory } from '../network.js';

/** What a listener filter makes of the bytes so far. */
export type Verdict =
  | { readonly kind: 'more' }
  | { readonly kind: 'done'; readonly consumed: number }
  | { readonly kind: 'refuse' };

export const MORE: Verdict = { kind: 'more' };
export const REFUSE: Verdict = { kind: 'refuse' };
export const PASS: Verdict = { kind: 'done', consumed: 0 };

/** Looks at a connection before a filter chain is chosen for it. Keeps nothing between connections. */
export interface ListenerFilter {
  /** Needs bytes; otherwise it decides at once. */
  readonly reads: boolean;
  /** Connections that pass by it (`filter_disabled`). */
  skips?(info: ConnectionInfo): boolean;
  inspect(bytes: Buffer, info: ConnectionInfo, socket: Socket, sockets: SocketFactory): Verdict;
}
