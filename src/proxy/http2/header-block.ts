import { HeaderMap } from '../../wire/http1/index.js';
import { allowedField, validName, validValue } from '../../wire/http2/index.js';

/** RFC 9113 §6.5.2: what a field counts beside its text. */
const FIELD_OVERHEAD_BYTES = 32;

/** RFC 3986 §3.2, without user information. */
const AUTHORITY = /^[\w.:[\]%~!$&'()*+,;=-]*$/;

/** What was wrong with a block that HPACK could read. */
export type BlockFault = 'invalid' | 'rule' | 'too_large' | 'too_many';

/** One header block as it is decoded: pseudo fields apart from the others. */
export class HeaderBlock {
  readonly headers = new HeaderMap();
  method: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  protocol: string | undefined;
  status: string | undefined;
  fault: BlockFault | undefined;
  /** Of the frames that it came in. */
  wireBytes = 0;
  private bytes = 0;
  private count = 0;
  private host: string | undefined;
  private cookie: string | undefined;

  constructor(
    private readonly bytes_max: number,
    private readonly count_max: number,
    /** Whether pseudo fields may stand in it: not in trailers. */
    private readonly first: boolean,
  ) {}

  /** @returns false when the rest is of no interest */
  add(name: string, value: string): boolean {
    this.bytes += name.length + value.length + FIELD_OVERHEAD_BYTES;
    if (this.bytes > this.bytes_max) return this.fail('too_large');
    if (++this.count > this.count_max) return this.fail('too_many');
    if (name.charCodeAt(0) === 58) return this.pseudo(name, value) || this.fail('invalid');
    if (!validName(name) || !validValue(value) || !allowedField(name, value)) return this.fail('invalid');
    if (name === 'host') {
      if (this.host !== undefined) return this.fail('invalid');
      this.host = value;
    } else if (name === 'cookie') {
      // RFC 9113 §8.2.3: crumbs of one cookie
      this.cookie = this.cookie === undefined ? value : `${this.cookie}; ${value}`;
    } else {
      this.headers.add(name, value);
    }
    return true;
  }

  /** The block is complete. */
  finish(): void {
    if (this.cookie !== undefined) this.headers.add('cookie', this.cookie);
    const host = this.authority ?? this.host;
    if (host !== undefined) this.headers.add('host', host);
  }

  /** RFC 9113 §8.3.1: what a request must say. */
  checkRequest(connectAllowed: boolean): void {
    if (this.fault !== undefined) return;
    if (this.status !== undefined || (this.protocol !== undefined && !connectAllowed)) this.fault = 'invalid';
    else if (this.authority !== undefined && !AUTHORITY.test(this.authority)) this.fault = 'invalid';
    else if (this.method === undefined || !this.headers.has('host')) this.fault = 'rule';
    else if (this.method === 'CONNECT' && this.protocol === undefined) {
      if (this.scheme !== undefined || this.path !== undefined || this.authority === undefined) this.fault = 'rule';
    } else if (this.scheme === undefined || this.path === undefined) this.fault = 'rule';
    else if (!this.path.startsWith('/') && !(this.path === '*' && this.method === 'OPTIONS')) this.fault = 'rule';
  }

  /** RFC 9113 §8.3.2. */
  checkResponse(): void {
    const { method, scheme, authority, path, protocol } = this;
    if (this.fault === undefined && [method, scheme, authority, path, protocol].some((field) => field !== undefined))
      this.fault = 'invalid';
    if (this.status === undefined) this.fault ??= 'rule';
  }

  /** RFC 9113 §8.3: known, once each, before all others. */
  private pseudo(name: string, value: string): boolean {
    if (!this.first || this.headers.size > 0 || this.host !== undefined || this.cookie !== undefined) return false;
    switch (name) {
      case ':method':
        if (this.method !== undefined || !validName(value.toLowerCase())) return false;
        this.method = value;
        return true;
      case ':scheme':
        if (this.scheme !== undefined) return false;
        this.scheme = value;
        return true;
      case ':authority':
        if (this.authority !== undefined || !validValue(value)) return false;
        this.authority = value;
        return true;
      case ':path':
        if (this.path !== undefined || value === '' || !validValue(value)) return false;
        this.path = value;
        return true;
      case ':protocol':
        if (this.protocol !== undefined) return false;
        this.protocol = value;
        return true;
      case ':status':
        if (this.status !== undefined || !/^\d{3}$/.test(value)) return false;
        this.status = value;
        return true;
      default:
        return false;
    }
  }

  private fail(fault: BlockFault): false {
    this.fault ??= fault;
    return false;
  }
}
