import { get, type IncomingHttpHeaders } from 'node:http';
import { userOf } from './user.js';

/** Headers that must travel on so that a request can be told apart and traced through all services. */
const FORWARDED = [
  'user-agent',
  'x-request-id',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'b3',
  'x-ot-span-context',
  'traceparent',
  'tracestate',
  'baggage',
];

/** Far more than any of these services says. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * What a call on behalf of a caller carries: the headers of its trace, and who is signed in, both as the cookie that rules of Istio
 * 0.7 look at and as the header that later ones do.
 */
export function forwardedHeaders(caller: IncomingHttpHeaders): Record<string, string> {
  const headers = Object.fromEntries(
    FORWARDED.flatMap((name) => {
      const value = caller[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  const user = userOf(caller);
  return user === undefined ? headers : { ...headers, cookie: `user=${user}`, 'end-user': user };
}

export interface JsonAnswer {
  readonly status: number;
  /** Undefined for all but a 200. */
  readonly value: unknown;
}

/**
 * GETs JSON from another service.
 *
 * @throws when there is no whole answer of JSON within `timeout_ms`, or no connection
 */
export function askJson(url: string, caller: IncomingHttpHeaders, timeout_ms: number): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    // A connection for each call: a rolled service never gets one that is just closing.
    const options = { agent: false, headers: forwardedHeaders(caller), signal: AbortSignal.timeout(timeout_ms) };
    const call = get(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > ANSWER_BYTES_MAX) call.destroy(new Error(`the answer of ${url} is too long`));
      });
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        try {
          resolve({ status, value: status === 200 ? JSON.parse(body) : undefined });
        } catch (error) {
          reject(error);
        }
      });
    });
    call.on('error', reject);
  });
}
