import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { PROTOCOLS } from '../pods/channels.js';
import type { Command } from '../pods/command.js';
import { badRequest } from '../status-error.js';
import { statusOf } from './respond.js';

/** One message of a remote command; kubectl sends 32 kB at a time. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

/** Turns connections into WebSockets for exec and attach. */
export class Upgrades {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, command: Command): void {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw badRequest(
        `cannot upgrade to ${JSON.stringify(request.headers.upgrade ?? '')}: use WebSocket (kubectl 1.31 and later do)`,
      );
    }
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
    if (!offered.some((protocol) => PROTOCOLS.includes(protocol))) {
      throw badRequest(`none of the offered subprotocols ${JSON.stringify(offered)} is one of ${PROTOCOLS.join(', ')}`);
    }
    this.server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => void command(webSocket));
  }

  close(): void {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
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
