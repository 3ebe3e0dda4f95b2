import { check, libc } from './libc.js';

const O_CLOEXEC = 0o2000000;

export interface PipeEnds {
  readonly read: number;
  readonly write: number;
}

/**
 * A pipe, both ends closed on exec. Node's own child pipes are sockets, and a program cannot open /dev/stdout where that is one;
 * servers that log to it would fail.
 */
export function makePipe(): PipeEnds {
  const fds = Buffer.alloc(8);
  check(libc().pipe2(fds, O_CLOEXEC), 'make a pipe');
  return { read: fds.readInt32LE(0), write: fds.readInt32LE(4) };
}
