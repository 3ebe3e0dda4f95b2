import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export type Handler = (request: IncomingMessage) => Reply | Promise<Reply>;

const PORT = Number(process.env['PORT'] ?? 8080);

/** Longer than any client keeps an idle connection, so that it is always the client who closes. */
const KEEP_ALIVE_MS = 75_000;

/** Serves plain text by path on PORT, and `/health` besides, until SIGTERM or SIGINT. */
export function serve(handlers: Readonly<Record<string, Handler>>): void {
  const all: Readonly<Record<string, Handler>> = { '/health': () => ({ status: 200, body: 'ok' }), ...handlers };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const { status, body } = (await all[path]?.(request)) ?? { status: 404, body: `no such path: ${path}` };
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${body}\n`);
  });
  server.listen(PORT, () => console.log(`listening on ${(server.address() as AddressInfo).port}`));
  // The first process of a container gets no default action for a signal.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
  }
}
