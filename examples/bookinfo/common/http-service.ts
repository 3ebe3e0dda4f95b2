import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Of the path without the query, from its start to its end. */
  readonly path: RegExp;
  /** @param id what the path's first group matched */
  readonly answer: (request: IncomingMessage, id: string) => Reply | Promise<Reply>;
}

const PORT = Number(process.env['PORT'] ?? 9080);

/** Longer than any client keeps an idle connection, so that it is always the client who closes. */
const KEEP_ALIVE_MS = 75_000;

export function json(status: number, value: unknown): Reply {
  return { status, body: `${JSON.stringify(value)}\n`, headers: { 'content-type': 'application/json' } };
}

/** Serves on PORT until SIGTERM or SIGINT; the first route that fits answers. */
export function serve(routes: readonly Route[]): void {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (request, response) => {
    const { status, body, headers } = await answer(routes, request);
    console.log(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, headers).end(body);
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

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const fitting = routes.filter((route) => route.path.test(path));
  const route = fitting.find(({ method }) => method === request.method);
  if (route === undefined) {
    if (fitting.length === 0) return json(404, { error: `no such path: ${path}` });
    return json(405, { error: `${path} is not for ${request.method}` });
  }
  try {
    return await route.answer(request, route.path.exec(path)?.[1] ?? '');
  } catch (error) {
    console.error(error);
    return json(500, { error: 'internal error' });
  }
}
