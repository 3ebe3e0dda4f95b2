import type { Socket } from 'node:net';
import type { UpstreamSpec } from '../scenario.js';
import type { Seen } from './upstream.js';

/** Serves one TCP connection: says its greeting, sends back what it gets, ends as told. */
export function serveTcp(socket: Socket, { greeting, echo = false, then }: UpstreamSpec, seen: Seen[]): void {
  const record: Seen = { line: 'TCP', headers: [], body: '' };
  seen.push(record);
  if (greeting !== undefined) socket.write(greeting);
  socket.on('data', (chunk) => {
    record.body += chunk.toString('latin1');
    if (echo) socket.write(chunk);
    if (then === 'close') socket.end();
    else if (then === 'reset') socket.resetAndDestroy();
  });
  socket.on('end', () => socket.end());
}
