import type { HeaderMap } from '../../wire/http1/index.js';
import type { HttpStream } from './http-stream.js';

/**
 * One HTTP filter of a connection manager: no state of a request in it, so that a request costs no object per filter.
 * What must be kept for a request is kept by the filter's own closures, or on the stream.
 *
 * A filter that wants the body holds the request: it calls `stream.bufferRequest(limit_bytes, done)` and returns false; in `done`
 * it looks at `stream.bufferedBody()` and resumes or answers. The other body hooks only look on.
 */
export interface HttpFilter {
  readonly name: string;
  /**
   * Sees the request's head.
   * @returns false to hold the request: the filter later calls `stream.resume()`, or has answered
   */
  onRequest(stream: HttpStream): boolean;
  /** Sees content on its way to the router; the bytes are valid during the call only. */
  onRequestBody?(stream: HttpStream, buf: Uint8Array, start: number, end: number): void;
  /** The request is complete; `stream.requestTrailers` has what stood behind its body. */
  onRequestEnd?(stream: HttpStream): void;
  /** Sees the answer's head, in the reverse order of the filters; `stream.responseHeaders` may be changed. */
  onResponse?(stream: HttpStream): void;
  /** Sees content of the answer; the bytes are valid during the call only. */
  onResponseBody?(stream: HttpStream, buf: Uint8Array, start: number, end: number): void;
  /** Sees what stands behind the answer's body; it may be changed. */
  onResponseTrailers?(stream: HttpStream, trailers: HeaderMap): void;
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
