import type { HeaderMap } from '../../wire/http1/index.js';
import type { ChoiceContext } from '../cluster/cluster.js';
import type { HttpStream } from './http-stream.js';
import type { ConnectionInfo } from './stream-info.js';

/**
 * What a stream says to its client, whatever the protocol. An HTTP/1 connection is the codec of one stream after another;
 * each HTTP/2 stream has its own.
 */
export interface DownstreamCodec {
  readonly info: ConnectionInfo;
  readonly choice: ChoiceContext;
  readonly filterChainName: string;
  readonly http2: boolean;
  /** So much of a request's body may be kept to be sent again; 0 for no limit. */
  readonly bufferLimit_bytes: number;
  /** The client reads slower than we write: it calls `stream.onDrain()` when there is room. */
  readonly full: boolean;
  /** 100 to 199 but 101. */
  writeInformational(status: number, headers: HeaderMap): void;
  /** @param end there is no body */
  writeHead(stream: HttpStream, status: number, headers: HeaderMap, end: boolean): void;
  /** The bytes are the caller's again after the call. */
  writeBody(buf: Uint8Array, start: number, end: number): void;
  /** A body that is one text; `writeEnd` without trailers follows. @param text latin1 */
  writeText(text: string): void;
  writeEnd(trailers: HeaderMap | undefined): void;
  /** Everything of this turn was written. */
  flush(): void;
  /** No more of the request's body, until resumed; calls don't nest. */
  pauseReading(): void;
  resumeReading(): void;
  /** The answer is complete, and so the stream. */
  onStreamFinished(stream: HttpStream): void;
  /** The answer can't be completed: ends the connection (HTTP/1) or resets the stream (HTTP/2). */
  resetStream(): void;
  /** HTTP/1: the connection ends behind this answer, whatever the client asked for. */
  closeAfterAnswer(): void;
}

/** A client's connection, as its connection manager holds it. */
export interface ServerConnection {
  readonly http2: boolean;
  /** Ends when idle, or after what is under way. */
  drain(): void;
  /** Ends at once. */
  destroy(): void;
}
