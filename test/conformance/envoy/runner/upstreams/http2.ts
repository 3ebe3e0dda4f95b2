import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Answers } from './answers.js';
import { readGrpc } from './grpc.js';
import type { RequestHead, Responder, Seen } from './upstream.js';

/** Serves one HTTP/2 stream. @param grpcType message to show a request's body as */
export function serveHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  answers: Answers,
  seen: Seen[],
  grpcType: string | undefined,
): void {
  const chunks: Buffer[] = [];
  const trailers: string[] = [];
  const head: RequestHead = {
    method: String(headers[':method']),
    path: String(headers[':path']),
    header: (name) => (headers[name] === undefined ? undefined : String(headers[name])),
  };
  const rule = answers.choose(head);
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('trailers', (fields: IncomingHttpHeaders) => trailers.push(...fieldLines(fields)));
  const give = (): void => void answers.give(rule, new Http2Responder(stream));
  if (rule.early === true) give();
  stream.on('end', () => {
    const body = Buffer.concat(chunks);
    seen.push({
      line: `${head.method} ${head.path} HTTP/2`,
      headers: fieldLines(headers).filter((field) => !/^:(method|path):/.test(field)),
      body: grpcType === undefined ? body.toString('latin1') : readGrpc(grpcType, body),
      ...(trailers.length > 0 && { trailers }),
    });
    if (rule.early !== true) give();
  });
}

function fieldLines(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value ?? ''].flat().map((one) => `${name}: ${one}`));
}

class Http2Responder implements Responder {
  private trailers: Readonly<Record<string, string>> | undefined;

  constructor(private readonly stream: ServerHttp2Stream) {}

  private get open(): boolean {
    return !this.stream.destroyed && !this.stream.closed;
  }

  informational(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.open) this.stream.additionalHeaders({ ':status': status, ...headers });
  }

  head(status: number, headers: readonly (readonly [string, string])[]): void {
    if (!this.open) return;
    const fields: Record<string, string[]> = {};
    for (const [name, value] of headers) {
      fields[name.toLowerCase()] ??= [];
      fields[name.toLowerCase()]!.push(value);
    }
    this.stream.respond({ ':status': status, ...fields }, { waitForTrailers: true });
    this.stream.on('wantTrailers', () => {
      if (this.trailers === undefined) this.stream.close();
      else this.stream.sendTrailers(this.trailers);
    });
  }

  data(bytes: Buffer): void {
    if (this.open && bytes.length > 0) this.stream.write(bytes);
  }

  end(trailers: Readonly<Record<string, string>> | undefined): void {
    this.trailers = trailers;
    if (this.open) this.stream.end();
  }

  raw(): void {
    throw new Error('raw answers are of HTTP/1');
  }

  close(): void {
    this.stream.session?.destroy();
  }

  reset(): void {
    if (this.open) this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}
