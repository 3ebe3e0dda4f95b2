import { connect } from 'node:net';

/** What came back on one connection. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The proxy ended the connection. */
  readonly closed: boolean;
  readonly raw: string;
}

export interface RawOptions {
  /** How long to wait for more bytes once an answer is complete, and for that at most. */
  readonly quiet_ms?: number;
  readonly timeout_ms?: number;
}

/** Sends bytes on a new connection and reads one answer. */
export function exchange(port: number, request: string, options: RawOptions = {}): Promise<RawAnswer> {
  const { quiet_ms = 0, timeout_ms = 5_000 } = options;
  return new Promise((resolve) => {
    let raw = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'));
    let timer = setTimeout(() => finish(false), timeout_ms);
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parse(raw, closed));
    };
    socket.on('data', (chunk) => {
      raw += chunk.toString('latin1');
      if (!isComplete(raw, request.startsWith('HEAD '))) return;
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quiet_ms);
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
  });
}

export function get(port: number, path = '/', headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  const fields = Object.entries({ host: 'test.example', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return exchange(port, `GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n`);
}

function isComplete(raw: string, bodiless: boolean): boolean {
  const end = raw.indexOf('\r\n\r\n');
  if (end === -1 || bodiless) return end !== -1;
  const head = raw.slice(0, end).toLowerCase();
  if (head.includes('transfer-encoding: chunked')) return raw.includes('0\r\n\r\n', end + 4);
  const length = /content-length: *(\d+)/.exec(head);
  return length === null ? true : raw.length >= end + 4 + Number(length[1]);
}

function parse(raw: string, closed: boolean): RawAnswer {
  const end = raw.indexOf('\r\n\r\n');
  const [line = '', ...fields] = raw.slice(0, end === -1 ? 0 : end).split('\r\n');
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  return { status: Number(line.split(' ')[1] ?? 0), headers, body: end === -1 ? '' : raw.slice(end + 4), closed, raw };
}
