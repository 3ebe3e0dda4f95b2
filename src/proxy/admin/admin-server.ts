import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.js';
import type { LogicalProxy } from '../logical-proxy.js';
import type { BoundListener, SocketAddress, SocketFactory } from '../network.js';
import type { AdminOptions } from './admin-options.js';
import { BY_PATH, HANDLERS } from './handlers.js';
import { renderHelp } from './help-page.js';
import { refusal } from './origin.js';
import { type Page, text } from './page.js';

/** Requests have no body that is read; more than this ends them. */
const BODY_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 100;
const BACKLOG = 16;

const DEFAULT_OPTIONS: AdminOptions = { version: '0.0.0' };

/** Envoy's admin interface of one logical proxy. */
export class AdminServer {
  private server: Server | undefined;
  private bound: BoundListener | undefined;
  private hosts: ReadonlySet<string>;

  constructor(
    private readonly proxy: LogicalProxy,
    private readonly options: AdminOptions = DEFAULT_OPTIONS,
  ) {
    this.hosts = options.hosts ?? new Set();
  }

  /** @returns where it listens */
  listen(at: SocketAddress): Promise<SocketAddress> {
    const server = this.open(at);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        resolve(bound === null || typeof bound === 'string' ? at : { address: bound.address, port: bound.port });
      });
    });
  }

  /** The same on sockets of another network, such as a pod's. */
  async listenOn(sockets: Pick<SocketFactory, 'listen'>, at: SocketAddress): Promise<SocketAddress> {
    const server = this.open(at);
    this.bound = await sockets.listen({ ...at, backlog: BACKLOG }, (socket) => server.emit('connection', socket));
    return this.bound;
  }

  close(): void {
    this.bound?.close();
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** The page for a path with query. */
  page(target: string, method = 'GET'): Page {
    const url = new URL(target, 'http://admin');
    const handler = BY_PATH.get(url.pathname);
    if (handler === undefined) return text(`invalid path. ${renderHelp(HANDLERS)}`, 404);
    if (handler.mutates && method !== 'POST') return text(`Method ${method} not allowed, POST required.`, 405);
    return handler.handle({ proxy: this.proxy, options: this.options, query: url.searchParams });
  }

  private open({ address }: SocketAddress): Server {
    const server = createServer((request, response) => this.serve(request, response));
    server.maxConnections = CONNECTIONS_MAX;
    this.server = server;
    // who configured an address may ask by it
    this.hosts = new Set([...this.hosts, address.includes(':') ? `[${address}]` : address]);
    return server;
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    drop(request);
    const { type, body, status } = this.answer(request);
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-cache, max-age=0',
      'x-content-type-options': 'nosniff',
      server: 'envoy',
    });
    response.end(body);
  }

  private answer(request: IncomingMessage): Page {
    const refused = refusal(request.headers, this.hosts);
    if (refused !== undefined) return text(`${refused}\n`, 403);
    try {
      return this.page(request.url ?? '/', request.method);
    } catch (error) {
      this.proxy.context.logger.error('an admin request failed', { path: request.url, error: messageOf(error) });
      return text(`${messageOf(error)}\n`, 500);
    }
  }
}

function drop(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) request.destroy();
  });
}
