import { type HeaderMap, statusLine } from '../../wire/http1/index.js';
import type { Transport } from '../transport/transport.js';
import { ByteMeter } from './byte-meter.js';
import { properCase } from './header-case.js';

/** How the body of the answer under way is delimited. */
type Delimiting = 'none' | 'length' | 'chunked' | 'close';

/** Writes answers on an HTTP/1 connection, one after another. */
export class Http1ResponseWriter {
  /** Of the exchange that is answered. */
  meter = new ByteMeter();
  private delimiting: Delimiting = 'none';

  /** @param proper names are written `Like-This` */
  constructor(
    private readonly out: Transport,
    private readonly proper = false,
  ) {}

  /** @returns whether the connection must end behind the answer */
  head(status: number, headers: HeaderMap, minor: number, method: string, end: boolean, closing: boolean): boolean {
    if (status === 101 || (method === 'CONNECT' && status < 300)) {
      this.delimiting = 'close';
      const upgrade = status === 101 && !headers.has('connection') ? 'connection: upgrade\r\n' : '';
      this.push(statusLine(status), headers.serialize() + upgrade);
      return true;
    }
    // RFC 9110 §8.6: such an answer must not have one, whatever the upstream sent.
    if (status === 204 || status < 200) headers.delete('content-length');
    const framing = this.framing(status, headers, minor, method, end);
    const last = closing || this.delimiting === 'close';
    let fields = headers.serialize();
    if (last) fields += 'connection: close\r\n';
    else if (minor === 0) fields += 'connection: keep-alive\r\n';
    this.push(minor === 0 ? statusLine(status).replace('1.1', '1.0') : statusLine(status), fields + framing);
    return last;
  }

  informational(status: number, headers: HeaderMap): void {
    this.push(statusLine(status), headers.serialize());
  }

  body(buf: Uint8Array, start: number, end: number): void {
    if (this.delimiting === 'none') return;
    if (this.delimiting !== 'chunked') {
      this.pushBody(buf, start, end);
      return;
    }
    this.pushText(`${(end - start).toString(16)}\r\n`);
    this.pushBody(buf, start, end);
    this.pushText('\r\n');
  }

  text(text: string): void {
    if (this.delimiting === 'none') return;
    this.pushText(this.delimiting === 'chunked' ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
  }

  end(trailers: HeaderMap | undefined): void {
    if (this.delimiting !== 'chunked') return;
    this.pushText(trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailers.serialize()}\r\n`);
  }

  private pushText(text: string): void {
    this.meter.sent += text.length;
    this.out.pushText(text);
  }

  private pushBody(buf: Uint8Array, start: number, end: number): void {
    this.meter.sent += end - start;
    this.out.pushBytes(buf, start, end);
  }

  private push(line: string, fields: string): void {
    this.meter.headerSent += fields.length;
    this.pushText(`${line}${this.proper ? properCase(fields) : fields}\r\n`);
  }

  /** RFC 9112 §6; sets how the body will be delimited. */
  private framing(status: number, headers: HeaderMap, minor: number, method: string, end: boolean): string {
    this.delimiting = 'none';
    if (method === 'HEAD') {
      // what GET would have
      return minor === 1 && !headers.has('content-length') ? 'transfer-encoding: chunked\r\n' : '';
    }
    if (status === 204 || status === 304 || status < 200) return '';
    if (headers.has('content-length')) {
      this.delimiting = 'length';
      return '';
    }
    if (end) return 'content-length: 0\r\n';
    if (minor !== 1) {
      this.delimiting = 'close';
      return '';
    }
    this.delimiting = 'chunked';
    return 'transfer-encoding: chunked\r\n';
  }
}
