import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { messageOf } from '../../../../base/errors.js';
import type { PodDialer } from './pod-dialer.js';

/** RFC 9110 §7.6.1: for this connection alone. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'upgrade']);
const HTTP_PORT = 80;

/**
 * The proxy that `http_proxy` and `https_proxy` of a pod without a sidecar name: it knows the mesh's names and services, and no rule
 * of the mesh. Requests with an absolute URL are passed on, CONNECT makes a tunnel (RFC 9110 §9.3.6).
 */
export function httpRelay(dialer: PodDialer): Server {
  const server = createServer((incoming, response) => void forward(incoming, response, dialer));
  server.on('connect', (incoming, from, head) => void tunnel(incoming, from, head, dialer));
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

async function forward(incoming: IncomingMessage, response: ServerResponse, dialer: PodDialer): Promise<void> {
  const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
  if (url?.protocol !== 'http:') {
    response.writeHead(400).end('This is a proxy: it takes absolute http URLs, and CONNECT.\n');
    return;
  }
  try {
    const socket = await dialer.dial(url.hostname, Number(url.port || HTTP_PORT));
    const outgoing = request({
      createConnection: () => socket,
      method: incoming.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { ...endToEnd(incoming), host: url.host },
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer));
      pipeline(answer, response, () => {});
    });
    outgoing.on('error', (error) => refuse(response, error));
    response.on('close', () => socket.destroy());
    pipeline(incoming, outgoing, () => {});
  } catch (error) {
    refuse(response, error);
  }
}

async function tunnel(incoming: IncomingMessage, from: Duplex, head: Buffer, dialer: PodDialer): Promise<void> {
  from.on('error', () => {});
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(incoming.url ?? '') ?? [];
  try {
    const to = await dialer.dial(host, Number(port));
    from.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    to.write(head);
    pipeline(from, to, () => {});
    pipeline(to, from, () => {});
  } catch (error) {
    const text = `${messageOf(error)}\n`;
    from.end(
      `HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  }
}

function endToEnd({ headers }: IncomingMessage): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) || named.has(name) ? [] : [[name, value]],
    ),
  );
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(502, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`);
}
