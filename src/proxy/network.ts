import { chmodSync } from 'node:fs';
import { createServer, connect as netConnect, type OnReadOpts, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { codeOf, messageOf } from '../base/errors.js';
import { ProxyError } from './errors.js';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface ListenOptions {
  /** An IP address; '' where there is a path. */
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A Unix socket in place of address and port, and the file's mode; 0 leaves it as the system makes it. */
  readonly pipe?: { readonly path: string; readonly mode: number } | undefined;
  /** `::` takes no IPv4 connections. */
  readonly ipv6Only?: boolean | undefined;
  /** Connections that wait to be accepted. */
  readonly backlog: number;
}

export interface ConnectOptions {
  /** An IP address, or the path of a Unix socket (`/…`, or `@…` for an abstract one). */
  readonly address: string;
  readonly port: number;
  /** SO_MARK of the socket, which keeps it out of the capture; undefined leaves it to the implementation. */
  readonly mark?: number | undefined;
  /** Address to bind to before connecting. */
  readonly localAddress?: string | undefined;
  /** As `net.SocketConstructorOpts.onread`: bytes go to a buffer that is used again. */
  readonly onread?: OnReadOpts | undefined;
}

/** An open listening socket. */
export interface BoundListener {
  readonly address: string;
  readonly port: number;
  /** Accepts no more; connections that were accepted stay. Idempotent. */
  close(): void;
}

/** How one logical proxy opens sockets: the host's network, a pod's namespace, or loopback addresses. */
export interface SocketFactory {
  /**
   * Resolves when bound. Sockets given to `onConnection` must have been made with `allowHalfOpen`.
   * @throws ProxyError with code ADDRESS_IN_USE, or LISTEN_FAILED
   */
  listen(options: ListenOptions, onConnection: (socket: Socket) => void): Promise<BoundListener>;
  /** The socket is connecting; it must have been made with `allowHalfOpen`. Failures come as its `error` event. */
  connect(options: ConnectOptions): Socket;
  /** Where a captured connection wanted to go; undefined when it was not captured. */
  originalDestination(socket: Socket): SocketAddress | undefined;
}

/** Sockets of the network that this process is in. */
export class HostSockets implements SocketFactory {
  listen(options: ListenOptions, onConnection: (socket: Socket) => void): Promise<BoundListener> {
    const { pipe } = options;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
    const where =
      pipe === undefined
        ? { host: options.address, port: options.port, ipv6Only: options.ipv6Only ?? false }
        : { path: pathOf(pipe.path) };
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(listenError(options, error)));
      server.listen({ ...where, backlog: options.backlog }, () => {
        server.removeAllListeners('error');
        server.on('error', () => {}); // EMFILE on accept: the connection waits, nothing is to be done here
        const bound = server.address();
        if (bound === null) throw new ProxyError('LISTEN_FAILED', 'The listener has no address');
        if (pipe !== undefined && pipe.mode !== 0 && pipe.path.startsWith('/')) chmodSync(pipe.path, pipe.mode);
        const at = typeof bound === 'string' ? { address: pipe?.path ?? bound, port: 0 } : bound;
        resolve({ address: at.address, port: at.port, close: () => server.close() });
      });
    });
  }

  connect(options: ConnectOptions): Socket {
    if (isPipe(options.address)) return connectPipe(options);
    return netConnect({
      host: options.address,
      port: options.port,
      allowHalfOpen: true,
      noDelay: true,
      autoSelectFamily: false,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      ...(options.onread === undefined ? {} : { onread: options.onread }),
    });
  }

  originalDestination(): SocketAddress | undefined {
    return undefined;
  }
}

function listenError(options: ListenOptions, error: Error): ProxyError {
  const at = options.pipe?.path ?? `${options.address}:${options.port}`;
  if (codeOf(error) === 'EADDRINUSE') {
    return new ProxyError(
      'ADDRESS_IN_USE',
      `Cannot listen on ${at}: the address is in use`,
      'Free the port or change the listener.',
    );
  }
  return new ProxyError('LISTEN_FAILED', `Cannot listen on ${at}: ${messageOf(error)}`);
}

/** Whether an address is the path of a Unix socket. */
export function isPipe(address: string): boolean {
  return address.startsWith('/') || address.startsWith('@');
}

/** A connection to a Unix socket, which no network namespace keeps apart. */
export function connectPipe(options: ConnectOptions): Socket {
  return netConnect({
    path: pathOf(options.address),
    allowHalfOpen: true,
    ...(options.onread === undefined ? {} : { onread: options.onread }),
  });
}

/** Linux: an abstract socket's name begins with a zero byte, which Envoy writes as `@`. */
function pathOf(path: string): string {
  return path.startsWith('@') ? `\0${path.slice(1)}` : path;
}

/** Why a connect failed, in Envoy's words as access logs write them. */
export function connectFailure(error: Error): string {
  const said = SAID[codeOf(error) ?? ''];
  return said === undefined ? messageOf(error) : `delayed_connect_error:_${said}`;
}

const SAID: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection_refused',
  ECONNRESET: 'Connection_reset_by_peer',
  EHOSTUNREACH: 'No_route_to_host',
  ENETUNREACH: 'Network_is_unreachable',
  ETIMEDOUT: 'Connection_timed_out',
};

/** `1.2.3.4:80`, `[::1]:80`, `/run/a.sock` */
export function formatAddress(address: string, port: number): string {
  if (isPipe(address)) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The short form of an IPv6 address; others as they are. */
export function shortAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

/** An IPv4 peer of a dual-stack socket, as IPv4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

let machine: string | undefined;

/** The machine's own address, as Envoy finds it: the first of IPv4 that is not loopback; 127.0.0.1 where there is none. */
export function machineAddress(): string {
  machine ??= Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  return machine ?? '127.0.0.1';
}
