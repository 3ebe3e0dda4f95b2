import { Client, Pool } from 'undici';
import { codeOf, messageOf } from '../../base/errors.js';
import type { RequestSpec } from '../../explain/index.js';
import { proxyFor } from './proxy-for.js';

/** siege's. */
const TIMEOUT_MS = 30_000;

/** What became of a request: an answer, or why there is none. */
export interface Outcome {
  readonly status?: number;
  /** Of the answer's body. */
  readonly bytes: number;
  readonly error?: string;
}

export interface Sender {
  /** Never rejects. */
  send(signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly request: RequestSpec;
  readonly body?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Do not check the server's certificate. */
  readonly insecure: boolean;
  /** How many at most; where there is one, requests wait for each other on it. */
  readonly connections: number;
}

/** Sends one request again and again over connections that stay open. */
export function openSender({ request, body, env, insecure, connections }: SenderOptions): Sender {
  const { scheme, host, port, authority, headers, method } = request;
  const address = new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`).origin;
  const proxy = scheme === 'http' ? proxyFor(host, port, env) : undefined;
  const options = {
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS, rejectUnauthorized: !insecure },
  };
  const dispatcher =
    connections === 1 ? new Client(proxy ?? address, options) : new Pool(proxy ?? address, { ...options, connections });
  const call = {
    method,
    // To a proxy the whole URL is the request's target (RFC 9112 §3.2.2).
    path: proxy === undefined ? request.path : `${address}${request.path}`,
    headers: ['host', authority, ...headers.flat()],
    ...(body !== undefined && { body }),
  };
  return {
    async send(signal) {
      try {
        const answer = await dispatcher.request({ ...call, signal });
        let bytes = 0;
        for await (const chunk of answer.body) bytes += (chunk as Buffer).length;
        return { status: answer.statusCode, bytes };
      } catch (error) {
        return { bytes: 0, error: reasonOf(error) };
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** With several addresses for a name the error has no message of its own, only its parts do. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return messageOf(error) || (codeOf(error) ?? 'failed');
}
