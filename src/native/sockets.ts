import { sockaddrIn } from './address.js';
import { errnoError } from './errno.js';
import { check, libc } from './libc.js';

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_MARK = 36;
/** Same number at SOL_IP (SO_ORIGINAL_DST) and SOL_IPV6 (IP6T_SO_ORIGINAL_DST). */
const SO_ORIGINAL_DST = 80;
const SOL_IP = 0;
const SOL_IPV6 = 41;
const ENOENT = 2;

/** Connections that wait for accept; the kernel lowers it to net.core.somaxconn. */
export const LISTEN_BACKLOG = 4096;

/** A socket to make; its network is that of the thread which makes it. IPv4. */
export type SocketSpec =
  | { readonly kind: 'tcp-client'; readonly mark?: number; readonly bind?: string }
  | { readonly kind: 'tcp-listener'; readonly address: string; readonly port: number; readonly mark?: number }
  | { readonly kind: 'udp'; readonly address: string; readonly port: number; readonly mark?: number };

/** @returns a non-blocking descriptor that is closed on exec; a listener already listens. */
export function makeSocket(spec: SocketSpec): number {
  const c = libc();
  const type = spec.kind === 'udp' ? SOCK_DGRAM : SOCK_STREAM;
  const fd = check(c.socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), `make a ${spec.kind} socket`);
  try {
    if (spec.mark !== undefined) setOption(fd, SO_MARK, spec.mark, 'mark a socket');
    if (spec.kind === 'tcp-client') {
      if (spec.bind !== undefined) bindTo(fd, spec.bind, 0);
    } else {
      setOption(fd, SO_REUSEADDR, 1, 'set SO_REUSEADDR');
      bindTo(fd, spec.address, spec.port);
      if (spec.kind === 'tcp-listener') {
        check(c.listen(fd, LISTEN_BACKLOG), `listen on ${spec.address}:${spec.port}`);
      }
    }
    return fd;
  } catch (error) {
    c.close(fd);
    throw error;
  }
}

function bindTo(fd: number, address: string, port: number): void {
  const sockaddr = sockaddrIn(address, port);
  check(libc().bind(fd, sockaddr, sockaddr.length), `listen on ${address}:${port}`);
}

function setOption(fd: number, name: number, value: number, doing: string): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  check(libc().setsockopt(fd, SOL_SOCKET, name, bytes, bytes.length), doing);
}

export function closeDescriptor(fd: number): void {
  libc().close(fd);
}

export interface OriginalDestination {
  readonly address: string;
  readonly port: number;
}

const answer = Buffer.alloc(28);
const answerLength = Buffer.alloc(4);

/**
 * Where a captured connection was going before nftables redirected it. About 2 µs.
 * @param fd an accepted TCP connection
 * @returns undefined where it was not redirected (no entry in the connection tracking)
 */
export function originalDestination(fd: number): OriginalDestination | undefined {
  // An IPv4 peer on an IPv6 listener (::ffff:…) answers at SOL_IP too.
  if (originalAt(fd, SOL_IP, 16)) {
    return {
      address: `${answer[4]}.${answer[5]}.${answer[6]}.${answer[7]}`,
      port: answer.readUInt16BE(2),
    };
  }
  if (!originalAt(fd, SOL_IPV6, 28)) return undefined;
  const groups: string[] = [];
  for (let i = 0; i < 8; i++) groups.push(answer.readUInt16BE(8 + 2 * i).toString(16));
  return { address: groups.join(':'), port: answer.readUInt16BE(2) };
}

const ENOPROTOOPT = 92;
const EOPNOTSUPP = 95;

function originalAt(fd: number, level: number, length: number): boolean {
  answerLength.writeUInt32LE(length);
  if (libc().getsockopt(fd, level, SO_ORIGINAL_DST, answer, answerLength) === 0) return true;
  const errno = libc().errno();
  if (errno === ENOENT || errno === ENOPROTOOPT || errno === EOPNOTSUPP) return false;
  throw errnoError(errno, 'read the original destination of a connection');
}
