import { WireError } from '../errors.js';
import { COLON, CR, FIELD_VALUE, LF, SPACE, TAB, TOKEN_LOWER } from './chars.js';
import { HeaderMap } from './header-map.js';
import type { HeadLimits } from './limits.js';

export const INCOMPLETE = -1;
export const INVALID = -2;

const NO_LENGTH = -1;

/**
 * Reads field lines up to the empty line, and what they say about framing. Strict where leniency lets two parsers disagree
 * (RFC 9112 §11.2): no bare CR or LF, no fold, no blank before the colon, one Content-Length, no other coding than chunked.
 */
export class FieldParser {
  readonly fields = new HeaderMap();
  error: WireError | undefined;
  /** -1 when absent. */
  contentLength = NO_LENGTH;
  chunked = false;
  connectionClose = false;
  connectionKeepAlive = false;
  connectionUpgrade = false;
  /** The Connection field names something beside close, keep-alive and upgrade. */
  connectionNominates = false;
  expectContinue = false;
  hostCount = 0;
  private count = 0;

  constructor(
    private readonly limits: HeadLimits,
    private readonly keepSpelling = false,
    private readonly chunkedLength = false,
  ) {}

  reset(): void {
    this.fields.clear();
    this.error = undefined;
    this.contentLength = NO_LENGTH;
    this.chunked = false;
    this.connectionClose = false;
    this.connectionKeepAlive = false;
    this.connectionUpgrade = false;
    this.connectionNominates = false;
    this.expectContinue = false;
    this.hostCount = 0;
    this.count = 0;
  }

  /**
   * Reads the line at `pos`.
   * @param base offset in `buf` to which the stored offsets are relative
   * @returns where the next line starts, INCOMPLETE or INVALID
   */
  line(buf: Uint8Array, base: number, pos: number, end: number): number {
    let at = pos;
    let c = 0;
    for (; at < end; at++) {
      c = buf[at]!;
      const lower = TOKEN_LOWER[c]!;
      if (lower === 0) break;
      if (lower !== c && !this.keepSpelling) buf[at] = lower;
    }
    if (at === end) return INCOMPLETE;
    if (c !== COLON || at === pos)
      return this.invalid('INVALID_FIELD_NAME', 'a field name has a character that is not allowed');
    const nameEnd = at;
    at++;
    while (at < end && (buf[at] === SPACE || buf[at] === TAB)) at++;
    const valueStart = at;
    while (at < end && FIELD_VALUE[buf[at]!] === 1) at++;
    if (at + 1 >= end) {
      if (at === end || buf[at] === CR) return INCOMPLETE;
      return this.invalid('INVALID_FIELD_VALUE', 'a field value has a control character');
    }
    if (buf[at] !== CR || buf[at + 1] !== LF) {
      return this.invalid('INVALID_FIELD_VALUE', 'a field value has a control character or a bare CR or LF');
    }
    let valueEnd = at;
    while (valueEnd > valueStart && (buf[valueEnd - 1] === SPACE || buf[valueEnd - 1] === TAB)) valueEnd--;
    if (valueEnd !== at) this.fields.markIrregular();
    if (++this.count > this.limits.field_count_max) {
      return this.invalid('TOO_MANY_FIELDS', `more than ${this.limits.field_count_max} fields`, 431);
    }
    let spelled: string | undefined;
    if (this.keepSpelling) spelled = lowerName(buf, pos, nameEnd);
    this.fields.pushSpan(pos - base, nameEnd - base, valueStart - base, valueEnd - base, spelled);
    this.note(buf, pos, nameEnd, valueStart, valueEnd);
    return this.error === undefined ? at + 2 : INVALID;
  }

  /** What several fields say together. */
  finish(): boolean {
    if (this.chunked && this.contentLength !== NO_LENGTH) {
      if (!this.chunkedLength) this.invalid('LENGTH_AND_CHUNKED', 'both Content-Length and Transfer-Encoding');
      this.contentLength = NO_LENGTH;
      this.fields.delete('content-length');
    }
    return this.error === undefined;
  }

  invalid(code: string, message: string, status = 400): number {
    this.error = new WireError(code, `Cannot parse HTTP/1 message: ${message}`, status);
    return INVALID;
  }

  private note(buf: Uint8Array, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    switch (nameEnd - nameStart) {
      case 4:
        if (is(buf, nameStart, 'host')) this.hostCount++;
        break;
      case 6:
        if (is(buf, nameStart, 'expect')) this.noteExpect(buf, valueStart, valueEnd);
        break;
      case 10:
        if (is(buf, nameStart, 'connection')) this.noteConnection(latin1(buf, valueStart, valueEnd));
        break;
      case 14:
        if (is(buf, nameStart, 'content-length')) this.noteLength(buf, valueStart, valueEnd);
        break;
      case 17:
        if (is(buf, nameStart, 'transfer-encoding')) this.noteCoding(latin1(buf, valueStart, valueEnd));
        break;
      default:
    }
  }

  private noteExpect(buf: Uint8Array, start: number, end: number): void {
    if (latin1(buf, start, end).toLowerCase() === '100-continue') this.expectContinue = true;
  }

  private noteConnection(value: string): void {
    for (const part of value.split(',')) {
      const token = part.trim().toLowerCase();
      if (token === 'close') this.connectionClose = true;
      else if (token === 'keep-alive') this.connectionKeepAlive = true;
      else if (token === 'upgrade') this.connectionUpgrade = true;
      else if (token !== '') this.connectionNominates = true;
    }
  }

  /** RFC 9112 §6.3: digits only, and once. */
  private noteLength(buf: Uint8Array, start: number, end: number): void {
    if (this.contentLength !== NO_LENGTH) {
      this.invalid('REPEATED_CONTENT_LENGTH', 'more than one Content-Length');
      return;
    }
    let length = 0;
    for (let at = start; at < end; at++) {
      const digit = buf[at]! - 48;
      if (digit < 0 || digit > 9) length = Number.POSITIVE_INFINITY;
      length = length * 10 + digit;
    }
    if (start === end || length > Number.MAX_SAFE_INTEGER) {
      this.invalid('INVALID_CONTENT_LENGTH', 'Content-Length is not a number');
      return;
    }
    this.contentLength = length;
  }

  private noteCoding(value: string): void {
    if (this.chunked || value.toLowerCase() !== 'chunked') {
      this.invalid('UNSUPPORTED_TRANSFER_ENCODING', `Transfer-Encoding ${JSON.stringify(value)} is not supported`, 501);
      return;
    }
    this.chunked = true;
  }
}

function is(buf: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (buf[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** Lowers the name in place. @returns it as it was spelled */
function lowerName(buf: Uint8Array, start: number, end: number): string {
  const spelled = latin1(buf, start, end);
  for (let at = start; at < end; at++) buf[at] = TOKEN_LOWER[buf[at]!]!;
  return spelled;
}

/** Looked up once: the global `Buffer` is a getter. */
const { latin1Slice } = Buffer.prototype;

export function latin1(buf: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(buf, start, end);
}
