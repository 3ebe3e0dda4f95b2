import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Reply } from './http-service.js';

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

const agent = new Agent({ keepAlive: true });

/** GETs the next service on behalf of a caller. @throws the system's error when there is no connection */
export async function ask(url: string, caller: IncomingMessage): Promise<Reply> {
  const headers = Object.fromEntries(FORWARDED.flatMap((name) => headerOf(caller.headers, name)));
  for (;;) {
    const attempt = get(url, headers);
    try {
      return await attempt.reply;
    } catch (error) {
      // The peer closed the idle connection while this request was on its way; the next one is new.
      if (!attempt.onReusedConnection() || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    }
  }
}

/**
 * What a service in the middle answers: its name before what it got. An error of the next service becomes a 503 that tells its
 * status and text.
 */
export async function relay(name: string, url: string, caller: IncomingMessage): Promise<Reply> {
  try {
    const { status, body } = await ask(url, caller);
    if (status < 400) return { status: 200, body: `${name} => ${body.trim()}` };
    return { status: 503, body: `${name} => ${status} ${body.trim()}` };
  } catch (error) {
    return { status: 503, body: `${name} => ${reasonOf(error)}` };
  }
}

function get(url: string, headers: Record<string, string>): { reply: Promise<Reply>; onReusedConnection(): boolean } {
  const outgoing = request(url, { agent, headers });
  const reply = new Promise<Reply>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.end();
  });
  return { reply, onReusedConnection: () => outgoing.reusedSocket };
}

function headerOf(headers: IncomingHttpHeaders, name: string): [string, string][] {
  const value = headers[name];
  return typeof value === 'string' ? [[name, value]] : [];
}

/** With several addresses for a name the error has no message of its own, only its parts do. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
