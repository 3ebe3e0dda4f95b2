import type { Socket } from 'node:net';
import { offeredProtocols } from '../filters/tls-inspector.js';

/**
 * Reads a ClientHello without taking it: Node ends a handshake in which no protocol is shared, Envoy goes on without one, so
 * what the client offers must be known before.
 * @param done with all bytes that were read, and what the client offers; called once, also when the client goes away
 */
export function peekProtocols(
  socket: Socket,
  initial: Buffer | undefined,
  done: (bytes: Buffer | undefined, offered: readonly string[]) => void,
): void {
  let bytes = initial;
  const offered = bytes === undefined ? undefined : offeredProtocols(bytes);
  if (offered !== undefined) {
    done(bytes, offered);
    return;
  }
  const finish = (protocols: readonly string[]): void => {
    socket.pause();
    socket.off('data', onData);
    for (const event of ['end', 'error', 'close']) socket.off(event, onGone);
    done(bytes, protocols);
  };
  const onData = (chunk: Buffer): void => {
    bytes = bytes === undefined ? chunk : Buffer.concat([bytes, chunk]);
    const found = offeredProtocols(bytes);
    if (found !== undefined) finish(found);
  };
  const onGone = (): void => finish([]);
  socket.on('data', onData);
  for (const event of ['end', 'error', 'close']) socket.on(event, onGone);
  socket.resume();
}
