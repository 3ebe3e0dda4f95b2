import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { codeOf } from '../../base/errors.js';
import { errorOfStatus, isStatus, unreachable } from '../api-status.js';
import { ApiError } from '../client.js';
import type { Connection } from '../kubeconfig.js';

/** Connections for calls; further ones wait. Watches have their own. */
const CALL_SOCKETS_MAX = 16;
/** Shorter than the server's, so that a call is never written into a connection that is being closed. */
const IDLE_MS = 60_000;
/** A call without any answer for this long has failed; watches are told apart by their own timeout. */
const CALL_TIMEOUT_MS = 60_000;
/** A list of this size is a mistake in the caller, not in the mesh. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export interface HttpCall {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** HTTP to one API server, with its credentials, over connections that are kept. */
export class Transport {
  private readonly url: URL;
  private readonly secure: boolean;
  private readonly calls: HttpAgent | HttpsAgent;
  private readonly watches: HttpAgent | HttpsAgent;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(connection: Connection, userAgent: string) {
    this.url = new URL(connection.server);
    this.secure = this.url.protocol === 'https:';
    this.calls = this.agent(connection, { keepAlive: true, maxSockets: CALL_SOCKETS_MAX, timeout: IDLE_MS });
    this.watches = this.agent(connection, { keepAlive: true });
    this.headers = {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(connection.token !== undefined && { authorization: `Bearer ${connection.token}` }),
    };
  }

  /** The parsed answer of a call that succeeded. Throws ApiError. */
  async json(call: HttpCall): Promise<unknown> {
    return parseAnswer(await this.text(call));
  }

  /** The answer of a call that succeeded, as it is. Throws ApiError. */
  async text(call: HttpCall): Promise<string> {
    const { response, text } = await this.exchange(call);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return text;
    const body = parseAnswer(text);
    throw isStatus(body)
      ? errorOfStatus(body, code)
      : new ApiError(code, 'Unknown', text.slice(0, 500) || `the server answered ${code}`);
  }

  /** Starts a request whose answer streams. The caller ends it with `destroy`. */
  open(path: string, onResponse: (response: IncomingMessage) => void, onError: (error: Error) => void): ClientRequest {
    const request = this.request({ method: 'GET', path }, this.watches);
    request.on('response', onResponse);
    request.on('error', onError);
    request.end();
    return request;
  }

  close(): void {
    this.calls.destroy();
    this.watches.destroy();
  }

  private agent(connection: Connection, options: { keepAlive: boolean; maxSockets?: number; timeout?: number }) {
    if (!this.secure) return new HttpAgent(options);
    const { ca, cert, key, tlsServerName, insecureSkipTlsVerify } = connection;
    return new HttpsAgent({
      ...options,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(tlsServerName !== undefined && { servername: tlsServerName }),
      ...(insecureSkipTlsVerify && { rejectUnauthorized: false }),
    });
  }

  private exchange(call: HttpCall, isRetry = false): Promise<{ response: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const text = call.body === undefined ? undefined : JSON.stringify(call.body);
      const request = this.request(call, this.calls);
      // Node frames the body of no DELETE by itself; the server would take it for the next request.
      if (text !== undefined) request.setHeader('content-length', Buffer.byteLength(text));
      const fail = (error: unknown): void => {
        // The server closed an idle connection as we took it, for example because it started anew: it has not read the call.
        if (request.reusedSocket && codeOf(error) === 'ECONNRESET' && !isRetry) resolve(this.exchange(call, true));
        else reject(unreachable(`${call.method} ${this.url.origin}${call.path}`, error));
      };
      request.setTimeout(CALL_TIMEOUT_MS, () => request.destroy(new Error(`no answer for ${CALL_TIMEOUT_MS} ms`)));
      request.on('error', fail);
      request.on('response', (response) => {
        readText(response).then(
          (answer) => resolve({ response, text: answer }),
          (error) => reject(unreachable(`${call.method} ${this.url.origin}${call.path}`, error)),
        );
      });
      request.end(text);
    });
  }

  private request(
    { method, path, body, contentType = 'application/json' }: HttpCall,
    agent: HttpAgent | HttpsAgent,
  ): ClientRequest {
    const options = {
      method,
      agent,
      host: this.url.hostname.replace(/^\[|\]$/g, ''),
      port: this.url.port || (this.secure ? 443 : 80),
      path: this.url.pathname.replace(/\/$/, '') + path,
      headers: { ...this.headers, ...(body !== undefined && { 'content-type': contentType }) },
    };
    return this.secure ? httpsRequest(options) : httpRequest(options);
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length_bytes = 0;
  for await (const chunk of response) {
    length_bytes += (chunk as Buffer).length;
    if (length_bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
