import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { NativeError } from './errors.js';

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `1` -> `EPERM`. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `ERRNO_${errno}`;
}

/**
 * @param doing what was tried, as the sentence's end: `create the bridge "mesh0"`
 * @param detail what the kernel itself said, if it did
 */
export function errnoError(errno: number, doing: string, detail?: string): NativeError {
  const code = errnoName(errno);
  const text = getSystemErrorMap().get(-errno)?.[1] ?? 'unknown error';
  return new NativeError(
    code,
    `Cannot ${doing}: ${detail ? `${detail} (${code})` : `${text} (${code})`}`,
    hintOf(code),
  );
}

function hintOf(code: string): string | undefined {
  switch (code) {
    case 'EPERM':
    case 'EACCES':
      return 'This needs root, or a user namespace of its own with CAP_NET_ADMIN and CAP_SYS_ADMIN.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files (ulimit -n).';
    case 'EADDRINUSE':
      return 'Another socket has this address; stop its program or choose another port.';
    case 'ENOSPC':
      return 'A kernel limit was reached: see /proc/sys/user/max_*_namespaces.';
    default:
      return undefined;
  }
}
