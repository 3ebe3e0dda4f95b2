import { createServer, type Server, type Socket } from 'node:net';

/** One request as an upstream saw it. */
export interface SeenRequest {
  readonly line: string;
  /** Names in lower case, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export type Answer = string | ((socket: Socket, request: SeenRequest) => void);

/** An HTTP/1.1 upstream on a real socket that answers with given bytes and remembers what it saw. */
export class TestUpstream {
  readonly seen: SeenRequest[] = [];
  connections = 0;
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(public answer: (request: SeenRequest) => Answer = () => ok('ok')) {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(answer?: (request: SeenRequest) => Answer): Promise<TestUpstream> {
    const upstream = new TestUpstream(answer);
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    const address = upstream.server.address();
    if (address !== null && typeof address === 'object') upstream.port = address.port;
    return upstream;
  }

  header(name: string, index = -1): string | undefined {
    return this.seen.at(index)?.headers.find(([key]) => key === name)?.[1];
  }

  /** Ends all connections; the port stays open. */
  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let taken = takeRequest(text); taken !== undefined; taken = takeRequest(text)) {
        text = text.slice(taken.length);
        this.seen.push(taken.request);
        const answer = this.answer(taken.request);
        if (typeof answer === 'string') socket.write(answer, 'latin1');
        else answer(socket, taken.request);
      }
    });
  }
}

export function ok(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
}

export function status(code: number, body = ''): string {
  return `HTTP/1.1 ${code} X\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function takeRequest(text: string): { request: SeenRequest; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line, ...fields] = text.slice(0, end).split('\r\n');
  const headers = fields.map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
  });
  const value = (name: string): string | undefined => headers.find(([key]) => key === name)?.[1];
  const start = end + 4;
  if (value('transfer-encoding') === 'chunked') {
    const last = text.indexOf('0\r\n\r\n', start);
    if (last === -1) return undefined;
    return { request: { line: line!, headers, body: dechunk(text.slice(start, last)) }, length: last + 5 };
  }
  const length = Number(value('content-length') ?? 0);
  if (text.length < start + length) return undefined;
  return { request: { line: line!, headers, body: text.slice(start, start + length) }, length: start + length };
}

function dechunk(text: string): string {
  let body = '';
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    body += text.slice(end + 2, end + 2 + size);
    at = end + 4 + size;
  }
  return body;
}
