import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { Command } from '../pods/command.js';
import { type Forward, PORT_FORWARD_PROTOCOL } from '../pods/port-forward.js';
import { acceptSpdyChannels, SPDY_COMMAND_PROTOCOL } from '../pods/spdy-channels.js';
import { WEB_SOCKET_PROTOCOLS, WebSocketChannels } from '../pods/web-socket-channels.js';
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
    handleProtocols: (offered) => WEB_SOCKET_PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  private readonly tunnels = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  private readonly spdy = new Set<Duplex>();

  constructor() {
    this.tunnels.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`));
  }

  command(request: IncomingMessage, socket: Duplex, head: Buffer, command: Command): void {
    if (isSpdy(request)) {
      const offered = (request.headers['x-stream-protocol-version'] ?? '').toString();
      if (!offered.split(/,\s*/).includes(SPDY_COMMAND_PROTOCOL)) {
        throw badRequest(
          `unable to negotiate a protocol: the client speaks ${offered || 'none'}, the server ${SPDY_COMMAND_PROTOCOL}`,
        );
      }
      this.switchToSpdy(socket, head, SPDY_COMMAND_PROTOCOL);
      acceptSpdyChannels(socket, command.streams, (channels) => void command.run(channels));
      return;
    }
    checkOffer(request, WEB_SOCKET_PROTOCOLS);
    this.server.handleUpgrade(
      request,
      socket,
      head,
      (webSocket: WebSocket) => void command.run(new WebSocketChannels(webSocket)),
    );
  }

  forward(request: IncomingMessage, socket: Duplex, head: Buffer, forward: Forward): void {
    if (isSpdy(request)) {
      this.switchToSpdy(socket, head, PORT_FORWARD_PROTOCOL);
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

  private switchToSpdy(socket: Duplex, head: Buffer, protocol: string): void {
    this.spdy.add(socket);
    socket.once('close', () => this.spdy.delete(socket));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SPDY}\r\n` +
        `X-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
    );
    if (head.length > 0) socket.unshift(head);
  }

  close(): void {
    for (const socket of [...this.server.clients, ...this.tunnels.clients]) socket.terminate();
    for (const socket of this.spdy) socket.destroy();
    this.server.close();
    this.tunnels.close();
  }
}

function isSpdy({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === SPDY.toLowerCase();
}

/** Throws BadRequest where the client cannot speak one of the protocols. */
function checkOffer({ headers }: IncomingMessage, protocols: readonly string[]): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw badRequest(
      `cannot upgrade to ${JSON.stringify(headers.upgrade ?? '')}: use SPDY/3.1 or WebSocket, as kubectl does`,
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
