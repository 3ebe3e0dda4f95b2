import type { TlsInfo } from '../tls/tls-info.js';

/**
 * Content up to this size is joined to the text before it, so that head and body go out in one system call; above it the
 * copy costs more than a vector write.
 */
export const JOINED_BYTES_MAX = 8 * 1024;

/** What a transport tells of its peer. Nothing comes after `onClosed`. What these throw ends the connection, and reaches nobody else. */
export interface TransportListener {
  /** Bytes `start` to `end` of `buf`, which is used again: valid during the call only. */
  onData(buf: Buffer, start: number, end: number): void;
  /** What was written found room again. */
  onDrain(): void;
  /** The peer writes no more; what we write still reaches it. */
  onEnd(): void;
  /** Comes once, and again with a fault where telling it failed. @param fault an error of ours that ended the connection */
  onClosed(fault?: unknown): void;
}

/**
 * A connection as the codecs use it: a TCP socket, a TLS session, or a link to another proxy of this process. Text and bytes are
 * gathered until {@link flush}, so that one turn of the event loop costs one system call.
 */
export interface Transport {
  listener: TransportListener;
  /** Counts the bytes that are written: a counter of the statistics, shared by connections. */
  sent: { value: number };
  /** @param text latin1 */
  pushText(text: string): void;
  /** The bytes are the caller's again after the call. */
  pushBytes(buf: Uint8Array, start: number, end: number): void;
  flush(): void;
  /** The peer reads slower than we write; `onDrain` follows. */
  readonly full: boolean;
  /** Calls don't nest. */
  pause(): void;
  resume(): void;
  /** Nothing more will be written: flushes, then half-closes. */
  end(): void;
  /** As {@link end}, and closes when that is written. */
  endAndDestroy(): void;
  destroy(): void;
  /** {@link end} was called. */
  readonly ended: boolean;
  /** The peer half-closed. */
  readonly peerEnded: boolean;
  /** Undefined without TLS. */
  readonly tls?: TlsInfo | undefined;
  /** `address:port` of our end; '' when unknown. */
  readonly localAddress: string;
}

/** Of a transport that nobody listens to yet. */
export const DEAF: TransportListener = { onData() {}, onDrain() {}, onEnd() {}, onClosed() {} };

/** Tells a listener that threw that its connection is no more; what it throws again is of no use to anybody. */
export function endByFault(listener: TransportListener, error: unknown): void {
  try {
    listener.onClosed(error);
  } catch {
    // the connection is gone, and the first error was told
  }
}
