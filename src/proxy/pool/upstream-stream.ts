import type { HeaderMap } from '../../wire/http1/index.js';
import type { ByteMeter } from '../http/byte-meter.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { TlsInfo } from '../tls/tls-info.js';

/** Why a stream ended before its answer was complete; the last two are HTTP/2's, where the connection lives on. */
export type ResetReason = 'remote_close' | 'remote_reset' | 'protocol_error' | 'stream_reset' | 'stream_refused';

/** The first line and fields of an answer; the map belongs to the connection and is good until the exchange ends. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderMap;
}

/** One request's use of an upstream: what the stream tells it. Nothing comes after onEnd or onReset. */
export interface Exchange {
  /** 100 and 102 to 199. */
  onInformational(response: ResponseHead): void;
  /** @param end there is no body */
  onHead(response: ResponseHead, end: boolean): void;
  /** Valid during the call only. */
  onBody(buf: Uint8Array, start: number, end: number): void;
  onEnd(trailers: HeaderMap | undefined): void;
  onReset(reason: ResetReason): void;
  /** All of one read was told: the moment to write. */
  onReadEnd(): void;
  /** The request's bytes found room again. */
  onDrain(): void;
}

/** One request at an upstream, whatever the protocol: an HTTP/1 connection for as long as it has it, or an HTTP/2 stream. */
export interface UpstreamStream {
  /**
   * Sends the head.
   * @param head `headers` has the authority as `host`
   * @param end there is no body
   * @param upgrade the protocol that is asked for, in lower case; '' for none
   */
  begin(exchange: Exchange, head: RequestHeaders, end: boolean, upgrade: string): void;
  /** The bytes are the caller's again after the call. */
  writeBody(buf: Uint8Array, start: number, end: number): void;
  /** The request is complete; needed without a body, too. */
  end(trailers: HeaderMap | undefined): void;
  /** Everything of this turn was written. */
  flush(): void;
  /** The upstream reads slower than we write: `exchange.onDrain` comes when there is room. */
  readonly full: boolean;
  /** No more of the answer's body, until resumed. */
  pause(): void;
  resume(): void;
  /** Gives up: the exchange is told nothing more. */
  abort(): void;
  /** What this exchange says on the wire; it stays the exchange's when the connection goes on to another. */
  readonly meter: ByteMeter;
  /** Of its connection; undefined without TLS. */
  readonly tls?: TlsInfo | undefined;
  /** `address:port` of our end, '' when unknown. */
  readonly localAddress: string;
  /** Of the connection, as access logs name it. */
  readonly connectionId: number;
  /** `HTTP/1.1`, `HTTP/2`; '' for bare bytes. */
  readonly protocol: string;
}
