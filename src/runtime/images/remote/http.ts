import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { RuntimeError } from '../../errors.js';

export interface HttpRequest {
  readonly method?: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | Readable;
  /** Certificates are not checked. */
  readonly insecure?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

/** Without a byte for that long, the other side is gone. */
const IDLE_MS_MAX = 30_000;
const REDIRECTS_MAX = 5;
const TEXT_BYTES_MAX = 8 * 1024 * 1024;

/** One request; redirects of GET and HEAD are followed, without the credential where they lead to another host. */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const response = await sendOnce(current);
    const { location } = response.headers;
    const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
    if (!isRedirect || !['GET', 'HEAD'].includes(current.method ?? 'GET')) return response;
    response.body.resume();
    if (redirects >= REDIRECTS_MAX)
      throw new RuntimeError('TOO_MANY_REDIRECTS', `too many redirects from ${request.url}`);
    const url = new URL(location, current.url);
    if (url.protocol === 'http:' && current.url.protocol === 'https:' && !request.insecure) {
      throw new RuntimeError('REDIRECT_REFUSED', `${current.url.host} redirects to plain HTTP at ${url.host}`);
    }
    const { Authorization: _, ...others } = current.headers ?? {};
    current = { ...current, url, headers: url.host === current.url.host ? (current.headers ?? {}) : others };
  }
}

function sendOnce({ method = 'GET', url, headers = {}, body, insecure }: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const library = url.protocol === 'https:' ? https : http;
    const request = library.request(url, { method, headers, ...(insecure && { rejectUnauthorized: false }) });
    request.setTimeout(IDLE_MS_MAX, () => {
      request.destroy(new RuntimeError('TIMEOUT', `${url.host} sent nothing for ${IDLE_MS_MAX / 1000} s`));
    });
    request.once('response', (answer) =>
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer, url }),
    );
    request.on('error', reject);
    if (body instanceof Readable) {
      body.once('error', (error) => request.destroy(error));
      body.pipe(request);
    } else request.end(body);
  });
}

export async function bytesOf(body: Readable, bytes_max = TEXT_BYTES_MAX): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes_max) throw new RuntimeError('ANSWER_TOO_LARGE', `an answer of more than ${bytes_max} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
