import { createRequire } from 'node:module';
import { errnoError } from './errno.js';
import { NativeError } from './errors.js';

/** The C functions in use, bound once a thread. All are synchronous and return -1 with errno on failure. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  send(fd: number, data: Uint8Array, length: number, flags: number): number;
  recv(fd: number, data: Uint8Array, length: number, flags: number): number;
  close(fd: number): number;
  pipe2(fds: Uint8Array, flags: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  ioctlNumber(fd: number, request: number, argument: number): number;
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
  sethostname(name: string, length: number): number;
  mount(source: string, target: string, type: string | null, flags: number, data: string | null): number;
  umount2(target: string, flags: number): number;
  mountSetattr(directory: number, path: string, flags: number, attributes: Uint8Array, size: number): number;
  pivotRoot(newRoot: string, putOld: string): number;
  chdir(path: string): number;
  getrlimit(resource: number, limits: Uint8Array): number;
  setrlimit(resource: number, limits: Uint8Array): number;
  errno(): number;
}

/** The same number on every architecture that Node runs on. */
const SYS_MOUNT_SETATTR = 442;

let bound: Libc | undefined;

/**
 * The C library of this process; loads koffi at the first call.
 * @throws NativeError UNSUPPORTED_SYSTEM on anything but Linux
 */
export function libc(): Libc {
  bound ??= bind();
  return bound;
}

function bind(): Libc {
  if (process.platform !== 'linux') {
    throw new NativeError('UNSUPPORTED_SYSTEM', `Network namespaces need Linux, this is ${process.platform}`);
  }
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // The process's own symbols: the same line serves glibc and musl.
  const library = koffi.load(null);
  const syscall = library.func('long syscall(long, int, str, uint, void *, size_t)');
  return {
    socket: library.func('int socket(int, int, int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    bind: library.func('int bind(int, const void *, uint)'),
    listen: library.func('int listen(int, int)'),
    send: library.func('intptr_t send(int, const void *, size_t, int)'),
    recv: library.func('intptr_t recv(int, void *, size_t, int)'),
    close: library.func('int close(int)'),
    pipe2: library.func('int pipe2(void *, int)'),
    ioctl: library.func('ioctl', 'int', ['int', 'ulong', 'void *']),
    ioctlNumber: library.func('ioctl', 'int', ['int', 'ulong', 'long']),
    unshare: library.func('int unshare(int)'),
    setns: library.func('int setns(int, int)'),
    sethostname: library.func('int sethostname(str, size_t)'),
    mount: library.func('int mount(str, str, str, ulong, str)'),
    umount2: library.func('int umount2(str, int)'),
    mountSetattr: (directory, path, flags, attributes, size) =>
      syscall(SYS_MOUNT_SETATTR, directory, path, flags, attributes, size) as number,
    pivotRoot: library.func('int pivot_root(str, str)'),
    chdir: library.func('int chdir(str)'),
    getrlimit: library.func('int getrlimit(int, void *)'),
    setrlimit: library.func('int setrlimit(int, const void *)'),
    errno: () => koffi.errno(),
  };
}

/**
 * @param result what the call returned
 * @param doing what it was for, for the message: `create the bridge "mesh0"`
 * @returns result, when it is not -1
 */
export function check(result: number, doing: string): number {
  if (result === -1) throw errnoError(libc().errno(), doing);
  return result;
}
