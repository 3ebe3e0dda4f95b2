import http from 'node:http';

/** One request, as both proxies get it. */
export interface Request {
  readonly path: string;
  readonly host: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  /** With what the server says that reached it. */
  readonly body: string;
}

let requests = 0;

/** What no two answers have in common. */
const CHANGING = /^(date|x-envoy-upstream-service-time|x-request-id|keep-alive|x-key): /;

/** @param address `127.0.0.1:8080` */
export function send(address: string, { path, host, method = 'GET', headers = {}, body }: Request): Promise<Answer> {
  const [hostname, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      path,
      method,
      headers: { host, 'user-agent': 'test', 'x-key': String(++requests).padStart(6, '0'), ...headers },
    };
    const request = http.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: steady(fieldsOf(response.rawHeaders)).sort(),
          body: steady(text.split('\n')).join('\n'),
        }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function fieldsOf(raw: readonly string[]): string[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [`${name.toLowerCase()}: ${raw[index + 1]}`] : []));
}

function steady(lines: readonly string[]): string[] {
  return lines.filter((line) => !CHANGING.test(line));
}

/** The part of `count` requests that version v1 answers. */
export async function shareOfV1(address: string, request: Request, count: number): Promise<number> {
  let first = 0;
  for (let i = 0; i < count; i++) {
    const { body } = await send(address, request);
    if (body.startsWith('v1')) first++;
  }
  return first / count;
}
