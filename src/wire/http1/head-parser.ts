import { CR, LF, SPACE, TARGET, TOKEN_LOWER } from './chars.js';
import { FieldParser, INCOMPLETE, INVALID, latin1 } from './field-parser.js';
import type { HeaderMap } from './header-map.js';
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from './limits.js';

export interface HeadParserOptions {
  readonly limits?: HeadLimits;
  /** Keep how the peer spelled the names, for the other side. */
  readonly keepSpelling?: boolean;
  /** Methods that nobody registered, too. */
  readonly customMethods?: boolean;
  /** A length beside chunked is dropped, not refused. */
  readonly chunkedLength?: boolean;
}

/**
 * Reads one message head after another from one connection. The buffer must begin at the head's first byte; when a head is
 * incomplete the caller keeps its bytes and calls again with more behind them. Lines that were read are not read again.
 */
abstract class HeadParser {
  protected readonly parser: FieldParser;
  private readonly limits: HeadLimits;
  /** Bytes of this head that complete lines took. */
  private taken = 0;
  private fieldsStart = 0;
  private started = false;
  /** 1 or 0, of HTTP/1.x. */
  minor = 1;

  constructor(protected readonly options: HeadParserOptions = {}) {
    this.limits = options.limits ?? DEFAULT_HEAD_LIMITS;
    this.parser = new FieldParser(this.limits, options.keepSpelling, options.chunkedLength);
  }

  get headers(): HeaderMap {
    return this.parser.fields;
  }
  get error(): FieldParser['error'] {
    return this.parser.error;
  }
  get contentLength(): number {
    return this.parser.contentLength;
  }
  get chunked(): boolean {
    return this.parser.chunked;
  }
  get connectionUpgrade(): boolean {
    return this.parser.connectionUpgrade;
  }
  get connectionNominates(): boolean {
    return this.parser.connectionNominates;
  }
  get expectContinue(): boolean {
    return this.parser.expectContinue;
  }

  /** RFC 9112 §9.3. */
  get keepAlive(): boolean {
    return this.minor === 1 ? !this.parser.connectionClose : this.parser.connectionKeepAlive;
  }

  /** @returns the offset behind the head, INCOMPLETE, or INVALID with {@link error} set */
  parse(buf: Uint8Array, start: number, end: number): number {
    if (this.taken === 0 && !this.started) this.begin();
    let pos = start + this.taken;
    if (!this.started) {
      const next = this.startLine(buf, pos, end);
      if (next < 0) return this.stopped(next, start, end);
      pos = next;
      this.started = true;
      this.fieldsStart = pos - start;
    }
    for (;;) {
      if (pos < end && buf[pos] === CR) {
        if (pos + 1 === end) break;
        return buf[pos + 1] === LF ? this.complete(buf, start, pos) : this.parser.invalid('BARE_CR', 'a bare CR');
      }
      const next = this.parser.line(buf, start, pos, end);
      if (next < 0) {
        this.taken = pos - start;
        return this.stopped(next, start, end);
      }
      pos = next;
    }
    this.taken = pos - start;
    return this.stopped(INCOMPLETE, start, end);
  }

  protected begin(): void {
    this.parser.reset();
  }

  protected abstract startLine(buf: Uint8Array, pos: number, end: number): number;
  protected abstract check(text: string): boolean;

  private stopped(result: number, start: number, end: number): number {
    if (result === INCOMPLETE && end - start > this.limits.head_bytes_max) return this.tooLarge();
    return result;
  }

  private tooLarge(): number {
    return this.parser.invalid('HEAD_TOO_LARGE', `a head of more than ${this.limits.head_bytes_max} bytes`, 431);
  }

  private complete(buf: Uint8Array, start: number, pos: number): number {
    const after = pos + 2;
    if (after - start > this.limits.head_bytes_max) return this.tooLarge();
    const text = latin1(buf, start, pos);
    this.parser.fields.seal(text, this.fieldsStart, pos - start);
    this.started = false;
    this.taken = 0;
    return this.parser.finish() && this.check(text) ? after : INVALID;
  }
}

export class RequestParser extends HeadParser {
  method = '';
  /** As received: origin form, absolute form, authority form or `*`. */
  target = '';
  private methodEnd = 0;
  private targetEnd = 0;

  protected override startLine(buf: Uint8Array, pos: number, end: number): number {
    let at = pos;
    while (at < end && TOKEN_LOWER[buf[at]!] !== 0) at++;
    if (at === end) return INCOMPLETE;
    if (at === pos || buf[at] !== SPACE) return this.bad();
    this.methodEnd = at - pos;
    at++;
    const targetStart = at;
    while (at < end && TARGET[buf[at]!] === 1) at++;
    if (at === end) return INCOMPLETE;
    if (at === targetStart) return this.bad();
    if (buf[at] === CR) return this.otherVersion(); // HTTP/0.9
    if (buf[at] !== SPACE) return this.bad();
    this.targetEnd = at - pos;
    return this.version(buf, at + 1, end);
  }

  /** RFC 9112 §2.3; other versions get 426, as Envoy answers them. */
  private version(buf: Uint8Array, at: number, end: number): number {
    const wanted = Math.min(8, end - at);
    for (let i = 0; i < Math.min(5, wanted); i++) if (buf[at + i] !== HTTP_1.charCodeAt(i)) return this.bad();
    if (wanted < 8) return INCOMPLETE;
    if (buf[at + 5] !== 49 || buf[at + 6] !== 46) return this.otherVersion();
    const minor = buf[at + 7]! - 48;
    if (minor !== 0 && minor !== 1) return this.otherVersion();
    this.minor = minor;
    return lineEnd(buf, at + 8, end) ?? this.bad();
  }

  protected override check(text: string): boolean {
    this.method = internMethod(text, this.methodEnd);
    this.target = text.slice(this.methodEnd + 1, this.targetEnd);
    if (this.method !== 'GET' && !METHODS.has(this.method) && this.options.customMethods !== true)
      this.parser.invalid('UNKNOWN_METHOD', `the method ${this.method} is not known`);
    if (this.parser.hostCount > 1) this.parser.invalid('REPEATED_HOST', 'more than one Host');
    return this.parser.error === undefined;
  }

  private otherVersion(): number {
    return this.parser.invalid('UNSUPPORTED_VERSION', 'the version is not HTTP/1.1 or HTTP/1.0', 426);
  }

  private bad(): number {
    return this.parser.invalid('INVALID_REQUEST_LINE', 'the request line is not `METHOD TARGET HTTP/1.1`');
  }
}

export class ResponseParser extends HeadParser {
  status = 0;

  protected override startLine(buf: Uint8Array, pos: number, end: number): number {
    const wanted = Math.min(12, end - pos);
    for (let i = 0; i < Math.min(7, wanted); i++) if (buf[pos + i] !== HTTP_1.charCodeAt(i)) return this.bad();
    if (wanted < 12) return INCOMPLETE;
    this.minor = buf[pos + 7]! - 48;
    const status = threeDigits(buf, pos + 9);
    if (buf[pos + 8] !== SPACE || status < 100 || this.minor < 0 || this.minor > 1) return this.bad();
    this.status = status;
    let at = pos + 12;
    while (at < end && buf[at] !== CR && buf[at] !== LF && buf[at] !== 0) at++;
    return lineEnd(buf, at, end) ?? this.bad();
  }

  protected override check(): boolean {
    return true;
  }

  private bad(): number {
    return this.parser.invalid('INVALID_STATUS_LINE', 'the status line is not `HTTP/1.1 CODE REASON`', 502);
  }
}

const HTTP_1 = 'HTTP/1.';

/** -1 where one is no digit. */
function threeDigits(buf: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = buf[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Registered methods; Envoy, too, refuses others. */
const METHODS = new Set(
  (
    'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE M-SEARCH NOTIFY OPTIONS ' +
    'PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE'
  ).split(' '),
);

function lineEnd(buf: Uint8Array, at: number, end: number): number | undefined {
  if (at === end) return INCOMPLETE;
  if (buf[at] !== CR) return undefined;
  if (at + 1 === end) return INCOMPLETE;
  return buf[at + 1] === LF ? at + 2 : undefined;
}

function internMethod(text: string, length: number): string {
  if (length === 3 && text.startsWith('GET')) return 'GET';
  if (length === 4 && text.startsWith('POST')) return 'POST';
  return text.slice(0, length);
}
