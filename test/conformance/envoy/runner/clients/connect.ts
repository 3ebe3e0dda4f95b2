import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Certificates } from '../certificates.js';
import type { ConnectionSpec } from '../scenario.js';

/** An open connection to a proxy, and what its handshake agreed on. */
export interface Opened {
  readonly socket: Socket;
  readonly tls?: { readonly alpn: string | false; readonly certificate: string; readonly version: string | null };
}

const CONNECT_MS = 5_000;

/** Connects as a step says: source address, bytes before all others, TLS. @throws Error of the system or of TLS */
export async function open(port: number, spec: ConnectionSpec, certificates: Certificates): Promise<Opened> {
  const { source, preamble, tls } = spec;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...(source && { localAddress: source }) });
  await event(socket, 'connect');
  socket.setNoDelay(true);
  if (preamble !== undefined) socket.write(bytesOf(preamble));
  if (tls === undefined) return { socket };
  const client = tls.certificate === undefined ? undefined : certificates.get(tls.certificate);
  const secure: TLSSocket = connectTls({
    socket,
    servername: tls.sni ?? '',
    rejectUnauthorized: false,
    ...(tls.alpn && { ALPNProtocols: [...tls.alpn] }),
    ...(client && { cert: client.cert, key: client.key }),
    ...(tls.max_version && { maxVersion: tls.max_version }),
  });
  socket.on('error', (error) => secure.destroy(error));
  await event(secure, 'secureConnect');
  const certificate = secure.getPeerCertificate().subject?.CN ?? '';
  return {
    socket: secure,
    tls: { alpn: secure.alpnProtocol ?? false, certificate: String(certificate), version: secure.getProtocol() },
  };
}

/** Text, or the bytes of the hexadecimal digits after `hex:`. */
export function bytesOf(text: string): Buffer {
  return text.startsWith('hex:') ? Buffer.from(text.slice(4).replace(/\s/g, ''), 'hex') : Buffer.from(text, 'latin1');
}

function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(new Error(`no ${name} within ${CONNECT_MS} ms`)), CONNECT_MS);
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      socket.off('close', closed);
      socket.off('error', finish);
      if (error === undefined) resolve();
      else reject(error);
    };
    const closed = (): void => finish(new Error('closed'));
    socket.once('error', finish);
    socket.once('close', closed);
    socket.once(name, () => finish());
  });
}
