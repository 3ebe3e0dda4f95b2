import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
  /** What stands in the body at a path: `details.causes.0.field`; dots in a name are written as ~. */
  at(path: string): unknown;
}

/** What stands in a JSON value at a path, undefined where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('.')) {
    found = (found as Record<string, unknown> | null | undefined)?.[step.replaceAll('~', '.')];
  }
  return found;
}

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ user: { token: string } }];
}

/** HTTPS as any client speaks it: no library of ours between the test and the server. */
export class Caller {
  private readonly options: RequestOptions;
  private readonly server: string;
  private readonly token: string;

  constructor(t: TestContext, kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
    const agent = new Agent({ keepAlive: true, ca: Buffer.from(ca, 'base64') });
    this.options = { agent };
    this.server = server;
    this.token = users[0].user.token;
    t.after(() => agent.destroy());
  }

  /** @param body objects are sent as JSON, text as it is */
  call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      // Node sends a DELETE with a body without saying how long it is.
      const length: Record<string, string> =
        text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
      const asked = this.open(method, path, { ...length, ...headers });
      asked.on('error', reject);
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
          const { statusCode: status = 0, headers } = response;
          const body: unknown = isJson ? JSON.parse(answer) : undefined;
          resolve({ status, headers, text: answer, body, at: (path) => valueAt(body, path) });
        });
      });
      asked.end(text);
    });
  }

  /** A request that is still to be ended. */
  open(method: string, path: string, headers: Readonly<Record<string, string>> = {}): ReturnType<typeof request> {
    const authorization = `Bearer ${this.token}`;
    const own = { authorization, 'content-type': 'application/json', accept: 'application/json' };
    return request(`${this.server}${path}`, { ...this.options, method, headers: { ...own, ...headers } });
  }
}
