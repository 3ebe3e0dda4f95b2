import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { PROTOCOLS } from '../pods/channels.js';
import type { Command } from '../pods/command.js';
import { type Forward, PORT_FORWARD_PROTOCOL } from '../pods/port-forward.js';
import { badRequest } from '../status-error.js';
import { statusOf } from './respond.js';

/** One message of a remote command or of a tunnel; kubectl sends 32 kB at a time. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
const SPDY = 'SPDY/3.1';
/** kubectl 1.31 and later carry port-forward's SPDY in a WebSocket. */
const TUNNEL = `${SPDY}+${PORT_FORWARD_PROTOCOL}`;

/** Turns connections into WebSockets for exec and attach, and into what carries a port-forward. */
export class Upgrades {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  private readonly tunnels = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  private readonly forwards = new Set<Duplex>();

  constructor() {
    this.tunnels.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`));
  }

  command(request: IncomingMessage, socket: Duplex, head: Buffer, command: Command): void {
    checkOffer(request, PROTOCOLS);
    this.server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => void command(webSocket));
  }

  forward(request: IncomingMessage, socket: Duplex, head: Buffer, forward: Forward): void {
    if (request.headers.upgrade?.toLowerCase() === SPDY.toLowerCase()) {
      this.forwards.add(socket);
      socket.once('close', () => this.forwards.delete(socket));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SPDY}\r\n` +
          `X-Stream-Protocol-Version: ${PORT_FORWARD_PROTOCOL}\r\n\r\n`,
      );
      if (head.length > 0) socket.unshift(head);
      forward(socket);
      return;
    }
    checkOffer(request, [TUNNEL]);
    // The name has a slash, which RFC 6455 (section 4.1) forbids and ws refuses; it is agreed on past it.
    delete request.headers['sec-websocket-protocol'];
    this.tunnels.handleUpgrade(request, socket, head, (webSocket: WebSocket) =>
      forward(createWebSocketStream(webSocket)),
    );
  }

  close(): void {
    for (const socket of [...this.server.clients, ...this.tunnels.clients]) socket.terminate();
    for (const socket of this.forwards) socket.destroy();
    this.server.close();
    this.tunnels.close();
  }
}

/** Throws BadRequest where the client cannot speak one of the protocols. */
function checkOffer({ headers }: IncomingMessage, protocols: readonly string[]): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw badRequest(
      `cannot upgrade to ${JSON.stringify(headers.upgrade ?? '')}: use WebSocket (kubectl 1.31 and later do)`,
    );
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (!offered.some((protocol) => protocols.includes(protocol))) {
    throw badRequest(`none of the offered subprotocols ${JSON.stringify(offered)} is one of ${protocols.join(', ')}`);
  }
}

/** The answer to an upgrade that is refused, in plain HTTP on the bare socket. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const status = statusOf(error);
  const code = status.code ?? 500;
  const body = JSON.stringify(status);
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
