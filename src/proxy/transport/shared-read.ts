import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Bytes of one read. */
const READ_BYTES = 64 * 1024;

/** All plain sockets read into this one buffer: what must live longer than the call that tells of it is copied. */
export const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

interface UserBufferHandle {
  useUserBuffer(buffer: Uint8Array): void;
}

/**
 * Makes a socket that exists read as `net.SocketConstructorOpts.onread` makes new ones: Node has no such option for accepted
 * sockets, and gives each of their reads 64 kB of fresh memory, a stream chunk and an event. Sets what the option sets.
 * @returns false where this Node keeps it elsewhere: the bytes then come as `data` events
 */
export function readShared(socket: Socket, onRead: (count: number) => void): boolean {
  if (socket instanceof TLSSocket) return false;
  const handle = (socket as unknown as { _handle?: Partial<UserBufferHandle> | null })._handle;
  const [buffer, callback] = [slotOf(socket, 'kBuffer'), slotOf(socket, 'kBufferCb')];
  if (typeof handle?.useUserBuffer !== 'function' || buffer === undefined || callback === undefined) return false;
  handle.useUserBuffer(READ_BUFFER);
  const slots = socket as unknown as Record<symbol, unknown>;
  slots[buffer] = READ_BUFFER;
  slots[callback] = (count: number): boolean => {
    onRead(count);
    return true;
  };
  return true;
}

const slots = new Map<string, symbol | undefined>();

function slotOf(socket: Socket, name: string): symbol | undefined {
  if (!slots.has(name))
    slots.set(
      name,
      Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === name),
    );
  return slots.get(name);
}
