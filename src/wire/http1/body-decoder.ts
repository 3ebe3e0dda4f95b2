import { WireError } from '../errors.js';
import { CR, FIELD_VALUE, HEX, LF, SEMICOLON, SPACE, TAB } from './chars.js';
import { FieldParser, INCOMPLETE, INVALID, latin1 } from './field-parser.js';
import type { HeaderMap } from './header-map.js';
import { CHUNK_EXTENSION_BYTES_MAX, CHUNK_SIZE_DIGITS_MAX, DEFAULT_HEAD_LIMITS, TRAILER_BYTES_MAX } from './limits.js';

/** How a body ends (RFC 9112 §6.3). */
export type Framing = 'none' | 'length' | 'chunked' | 'close';

export interface BodySink {
  /** Bytes `start` to `end` of `buf` are content; valid only during the call. */
  onBody(buf: Uint8Array, start: number, end: number): void;
}

type ChunkState = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailers';

/** Takes the framing off one body after another. */
export class BodyDecoder {
  /** The whole body, trailers included, was read. */
  done = true;
  error: WireError | undefined;
  /** Set when a chunked body ended with some. */
  trailers: HeaderMap | undefined;
  private framing: Framing = 'none';
  private remaining = 0;
  private state: ChunkState = 'size';
  private digits = 0;
  private extensionBytes = 0;
  private trailerText = '';

  /** @param length bytes of the body, with framing `length` */
  begin(framing: Framing, length = 0): void {
    this.framing = framing;
    this.remaining = length;
    this.done = framing === 'none' || (framing === 'length' && length === 0);
    this.error = undefined;
    this.trailers = undefined;
    if (framing === 'chunked') {
      this.state = 'size';
      this.digits = 0;
      this.remaining = 0;
      this.extensionBytes = 0;
      this.trailerText = '';
    }
  }

  /** The peer closed: only a body that ends so is complete. */
  close(): void {
    if (this.framing === 'close') this.done = true;
  }

  /** @returns where the body's bytes in `buf` end; INVALID with {@link error} set */
  decode(buf: Uint8Array, start: number, end: number, sink: BodySink): number {
    if (this.framing === 'chunked') return this.decodeChunked(buf, start, end, sink);
    if (this.framing === 'close') {
      sink.onBody(buf, start, end);
      return end;
    }
    const until = Math.min(end, start + this.remaining);
    this.remaining -= until - start;
    if (this.remaining === 0) this.done = true;
    if (until > start) sink.onBody(buf, start, until);
    return until;
  }

  private decodeChunked(buf: Uint8Array, start: number, end: number, sink: BodySink): number {
    let at = start;
    while (at < end && !this.done) {
      switch (this.state) {
        case 'data': {
          const until = Math.min(end, at + this.remaining);
          this.remaining -= until - at;
          if (this.remaining === 0) this.state = 'data-cr';
          sink.onBody(buf, at, until);
          at = until;
          break;
        }
        case 'trailers':
          at = this.trailerByte(buf, at, end);
          break;
        default:
          if (!this.sizeByte(buf[at]!)) return INVALID;
          at++;
      }
      if (this.error !== undefined) return INVALID;
    }
    return at;
  }

  /** RFC 9112 §7.1: the size line, and the CRLF after the data. */
  private sizeByte(c: number): boolean {
    switch (this.state) {
      case 'size': {
        const digit = HEX[c]!;
        if (digit !== 255) {
          if (++this.digits > CHUNK_SIZE_DIGITS_MAX)
            return this.fail('INVALID_CHUNK_SIZE', 'a chunk size is too large');
          this.remaining = this.remaining * 16 + digit;
          return true;
        }
        if (this.digits === 0) return this.fail('INVALID_CHUNK_SIZE', 'a chunk size is not a hexadecimal number');
        if (c === CR) this.state = 'size-lf';
        else if (c === SEMICOLON || c === SPACE || c === TAB) this.state = 'extension';
        else return this.fail('INVALID_CHUNK_SIZE', 'a chunk size is not a hexadecimal number');
        return true;
      }
      case 'extension':
        if (c === CR) this.state = 'size-lf';
        else if (FIELD_VALUE[c] === 0)
          return this.fail('INVALID_CHUNK_EXTENSION', 'a chunk extension has a control character');
        else if (++this.extensionBytes > CHUNK_EXTENSION_BYTES_MAX) {
          return this.fail(
            'INVALID_CHUNK_EXTENSION',
            `more than ${CHUNK_EXTENSION_BYTES_MAX} bytes of chunk extensions`,
          );
        }
        return true;
      case 'size-lf':
        if (c !== LF) return this.fail('BARE_CR', 'a bare CR in a chunk size line');
        this.state = this.remaining === 0 ? 'trailers' : 'data';
        this.digits = 0;
        return true;
      case 'data-cr':
        if (c !== CR) return this.fail('INVALID_CHUNK', 'a chunk is longer than its size');
        this.state = 'data-lf';
        return true;
      default:
        if (c !== LF) return this.fail('INVALID_CHUNK', 'a chunk is longer than its size');
        this.state = 'size';
        return true;
    }
  }

  private trailerByte(buf: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && buf[at] !== LF) at++;
    if (at < end) at++;
    this.trailerText += latin1(buf, start, at);
    if (this.trailerText.length > TRAILER_BYTES_MAX)
      this.fail('TRAILERS_TOO_LARGE', `more than ${TRAILER_BYTES_MAX} bytes of trailers`);
    else if (this.trailerText === '\r\n') this.done = true;
    else if (this.trailerText.endsWith('\r\n\r\n')) this.readTrailers();
    else if (this.trailerText.endsWith('\n') && !this.trailerText.endsWith('\r\n'))
      this.fail('BARE_LF', 'a bare LF in trailers');
    return at;
  }

  private readTrailers(): void {
    const bytes = Buffer.from(this.trailerText, 'latin1');
    const parser = new FieldParser(DEFAULT_HEAD_LIMITS);
    const end = bytes.length - 2;
    let at = 0;
    while (at < end) {
      const next = parser.line(bytes, 0, at, end);
      if (next === INCOMPLETE || next === INVALID) {
        this.error =
          parser.error ?? new WireError('INVALID_TRAILERS', 'Cannot parse HTTP/1 message: a trailer is cut off');
        return;
      }
      at = next;
    }
    parser.fields.seal(latin1(bytes, 0, end), 0, end);
    this.trailers = parser.fields;
    this.done = true;
  }

  private fail(code: string, message: string): boolean {
    this.error = new WireError(code, `Cannot parse HTTP/1 message: ${message}`);
    return false;
  }
}
