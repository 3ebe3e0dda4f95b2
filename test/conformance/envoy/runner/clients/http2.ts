import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { RequestSpec } from '../scenario.js';
import { type Answer, bodyText } from './answer.js';

const ANSWER_MS = 20_000;
const RESET_NAMES = new Map(
  Object.entries(constants)
    .filter(
      ([name]) =>
        /^NGHTTP2_[A-Z0-9_]+$/.test(name) && !/_(FLAG|ERR|SETTINGS|STREAM_STATE|HCAT|DEFAULT|NV|SESSION)/.test(name),
    )
    .map(([name, code]) => [code as number, name.replace('NGHTTP2_', '')]),
);

/** One HTTP/2 connection of a client. */
export class Http2Client {
  private readonly session: ClientHttp2Session;
  private goaway: string | undefined;

  constructor(socket: Socket) {
    this.session = connect('http://test.example', { createConnection: () => socket });
    this.session.on('error', () => {});
    this.session.on('goaway', (code) => {
      this.goaway = `GOAWAY ${nameOf(code)}`;
    });
  }

  get isOpen(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  close(): void {
    this.session.destroy();
  }

  send(spec: RequestSpec): Promise<Answer> {
    const { method = 'GET', path = '/', headers = {}, trailers, chunks, size } = spec;
    const fields: Record<string, string | string[]> = { ':method': method, ':authority': 'test.example' };
    // An extended CONNECT has scheme and path; a plain one has neither.
    if (method !== 'CONNECT' || ':protocol' in headers) Object.assign(fields, { ':path': path, ':scheme': 'http' });
    for (const [name, value] of Object.entries(headers)) {
      const key = name.toLowerCase() === 'host' ? ':authority' : name.toLowerCase();
      fields[key] = typeof value === 'object' ? [...value] : String(value);
    }
    const parts = chunks ?? [size === undefined ? (spec.body ?? '') : 'x'.repeat(size)];
    const bodiless = parts.join('') === '' && trailers === undefined;
    return this.exchange(fields, bodiless ? [] : parts, trailers);
  }

  private exchange(
    fields: Record<string, string | string[]>,
    parts: readonly string[],
    trailers: Readonly<Record<string, string>> | undefined,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const seen: Partial<{ -readonly [Key in keyof Answer]: Answer[Key] }> = {};
      const informational: string[] = [];
      const chunks: Buffer[] = [];
      const finish = (ends?: string): void => {
        clearTimeout(timer);
        resolve({
          status: 0,
          headers: [],
          ...seen,
          body: bodyText(Buffer.concat(chunks)),
          ...(informational.length > 0 && { informational }),
          ...(ends !== undefined && { ends }),
        });
      };
      const timer = setTimeout(() => finish('no answer'), ANSWER_MS);
      if (!this.isOpen) return finish(this.goaway ?? 'closed');
      const stream = this.session.request(fields, {
        endStream: parts.length === 0 && trailers === undefined,
        waitForTrailers: trailers !== undefined,
      });
      stream.on('headers', (headers) => informational.push([headers[':status'], ...linesOf(headers)].join(' ')));
      stream.on('response', (headers) => {
        seen.status = Number(headers[':status']);
        seen.headers = linesOf(headers);
      });
      stream.on('trailers', (headers: IncomingHttpHeaders) => {
        seen.trailers = linesOf(headers);
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('wantTrailers', () => stream.sendTrailers({ ...trailers }));
      stream.on('error', () => {});
      stream.on('close', () => {
        const { rstCode } = stream;
        if (rstCode !== constants.NGHTTP2_NO_ERROR) finish(`reset ${nameOf(rstCode)}`);
        else finish(seen.status === undefined ? (this.goaway ?? 'closed') : undefined);
      });
      if (parts.length > 0 || trailers !== undefined) {
        for (const part of parts) if (part !== '') stream.write(part);
        stream.end();
      }
    });
  }
}

function nameOf(code: number | undefined): string {
  return RESET_NAMES.get(code ?? -1) ?? String(code);
}

function linesOf(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value ?? ''].flat().map((one) => `${name}: ${one}`))
    .sort();
}
