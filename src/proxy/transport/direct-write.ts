import { writeSync, writevSync } from 'node:fs';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * The descriptor of a plain socket. Bytes written to it go to the kernel within the call, which says how many it took, so that
 * a shared buffer need not be copied for Node's queue.
 * @returns -1 where there is none
 */
export function descriptorOf(socket: Socket): number {
  if (socket instanceof TLSSocket) return -1;
  return (socket as unknown as { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
}

/**
 * @param head written before the bytes; may be empty
 * @returns how many bytes of both together the kernel took: 0 when it has no room, or the connection broke, which the socket tells
 */
export function writeNow(fd: number, head: Buffer | undefined, bytes: Uint8Array, start: number, end: number): number {
  try {
    if (head === undefined) return writeSync(fd, bytes, start, end - start);
    return writevSync(fd, [head, bytes.subarray(start, end)]);
  } catch {
    return 0;
  }
}
