import type { HeaderMap } from '../../wire/http1/index.js';
import { ByteMeter } from '../http/byte-meter.js';
import { properCase } from '../http/header-case.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { Transport } from '../transport/transport.js';

/** Writes requests on an HTTP/1 connection, one after another. */
export class Http1RequestWriter {
  /** Of the exchange that is under way. */
  meter = new ByteMeter();
  private chunked = false;

  /** @param proper names are written `Like-This` */
  constructor(
    private readonly out: Transport,
    private readonly proper: boolean,
  ) {}

  head({ method, path, host, headers }: RequestHeaders, end: boolean, upgrade: string): void {
    this.chunked = !end && upgrade === '' && !headers.has('content-length');
    let fields = headers.serialize();
    if (upgrade !== '' && upgrade !== 'connect') fields += 'connection: upgrade\r\n';
    else if (this.chunked) fields += 'transfer-encoding: chunked\r\n';
    else if (end && method !== 'GET' && !BODILESS.has(method) && !headers.has('content-length'))
      fields += 'content-length: 0\r\n';
    this.meter.headerSent += fields.length;
    const target = method === 'CONNECT' ? host : path;
    this.pushText(`${method} ${target} HTTP/1.1\r\n${this.proper ? properCase(fields) : fields}\r\n`);
  }

  body(buf: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (!this.chunked) {
      this.pushBody(buf, start, end);
      return;
    }
    this.pushText(`${(end - start).toString(16)}\r\n`);
    this.pushBody(buf, start, end);
    this.pushText('\r\n');
  }

  end(trailers: HeaderMap | undefined): void {
    if (this.chunked) this.pushText(trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailers.serialize()}\r\n`);
  }

  private pushText(text: string): void {
    this.meter.sent += text.length;
    this.out.pushText(text);
  }

  private pushBody(buf: Uint8Array, start: number, end: number): void {
    this.meter.sent += end - start;
    this.out.pushBytes(buf, start, end);
  }
}

/** RFC 9110 §8.6: other methods anticipate content, so that there is none must be said. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT']);
