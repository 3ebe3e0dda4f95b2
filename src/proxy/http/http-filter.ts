import type { HttpStream } from './http-stream.js';

/**
 * One HTTP filter of a connection manager: no state of a request in it, so that a request costs no object per filter.
 * What must be kept for a request is kept by the filter's own closures, or on the stream.
 */
export interface HttpFilter {
  readonly name: string;
  /**
   * Sees the request's head.
   * @returns false to hold the request: the filter later calls `stream.resume()`, or has answered
   */
  onRequest(stream: HttpStream): boolean;
  /** Sees the answer's head, in the reverse order of the filters; `stream.responseHeaders` may be changed. */
  onResponse?(stream: HttpStream): void;
  /** The stream ended, answered or not. */
  onDone?(stream: HttpStream): void;
}

/** What takes the request behind the filters: the router. */
export interface RequestSink {
  /** Valid during the call only. */
  onBody(buf: Uint8Array, start: number, end: number): void;
  /** The request is complete. */
  onEnd(): void;
  /** One read of the client's bytes was told: the moment to write. */
  onReadEnd(): void;
  /** The client takes more bytes again. */
  onDrain(): void;
  /** The stream is over for the client: it went away, or was answered otherwise. */
  onAbandoned(): void;
}
