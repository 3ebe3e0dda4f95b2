import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LogicalProxy } from '../logical-proxy.js';
import type { SocketAddress } from '../network.js';
import { renderJson, renderPrometheus, renderText } from '../stats/render.js';
import { renderClusters, renderClustersJson } from './clusters-page.js';
import { renderConfigDump } from './config-dump.js';

interface Page {
  readonly type: string;
  readonly body: string;
  readonly status?: number;
}

const TEXT = 'text/plain; charset=UTF-8';
const JSON_TYPE = 'application/json';

/** Envoy's admin interface of one logical proxy: what is read from it. */
export class AdminServer {
  private server: Server | undefined;

  constructor(private readonly proxy: LogicalProxy) {}

  /** @returns where it listens */
  listen(at: SocketAddress): Promise<SocketAddress> {
    const server = createServer((request, response) => this.serve(request, response));
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        resolve(bound === null || typeof bound === 'string' ? at : { address: bound.address, port: bound.port });
      });
    });
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** The page for a path with query, as `GET` would give it. */
  page(target: string): Page {
    const url = new URL(target, 'http://admin');
    const query = url.searchParams;
    const filter = query.get('filter');
    const pattern = filter === null ? undefined : new RegExp(filter);
    const { stats } = this.proxy.context;
    switch (url.pathname) {
      case '/stats':
        if (query.get('format') === 'json') return { type: JSON_TYPE, body: renderJson(stats, pattern) };
        if (query.get('format') === 'prometheus') return { type: TEXT, body: renderPrometheus(stats) };
        return { type: TEXT, body: renderText(stats, pattern) };
      case '/stats/prometheus':
        return { type: TEXT, body: renderPrometheus(stats) };
      case '/clusters':
        if (query.get('format') === 'json')
          return { type: JSON_TYPE, body: renderClustersJson(this.proxy.clusters.clusters) };
        return { type: TEXT, body: renderClusters(this.proxy.clusters.clusters) };
      case '/listeners':
        return {
          type: TEXT,
          body: this.proxy.listeners.listeners.map((l) => `${l.name}::${l.address}:${l.port}\n`).join(''),
        };
      case '/config_dump':
        return { type: JSON_TYPE, body: renderConfigDump(this.proxy) };
      case '/ready':
        return this.proxy.isReady
          ? { type: TEXT, body: 'LIVE\n' }
          : { type: TEXT, body: 'INITIALIZING\n', status: 503 };
      case '/server_info':
        return {
          type: JSON_TYPE,
          body: JSON.stringify({ state: this.proxy.isReady ? 'LIVE' : 'INITIALIZING', node: this.proxy.context.node }),
        };
      default:
        return {
          type: TEXT,
          body: 'invalid path. admin commands are: /clusters /config_dump /listeners /ready /server_info /stats /stats/prometheus\n',
          status: 404,
        };
    }
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    try {
      const { type, body, status } = this.page(request.url ?? '/');
      response.writeHead(status ?? 200, {
        'content-type': type,
        'cache-control': 'no-cache, max-age=0',
        'x-content-type-options': 'nosniff',
      });
      response.end(body);
    } catch (error) {
      response.writeHead(400, { 'content-type': TEXT });
      response.end(`${error instanceof Error ? error.message : 'error'}\n`);
    }
  }
}
