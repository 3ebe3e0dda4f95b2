import { createServer, type OnReadOpts, Socket } from 'node:net';
import { codeOf, messageOf } from '../base/errors.js';
import { Ipv4Range } from './address.js';
import { NativeError } from './errors.js';
import { closeDescriptor, LISTEN_BACKLOG, type OriginalDestination, originalDestination } from './sockets.js';
import { NativeThread } from './thread/native-thread.js';
import type { SocketThreadOperations } from './thread/socket-worker.js';

/** Marked client sockets that are kept ready for a pod: making one waits for another thread, a burst shares that wait. */
export const STOCK_SOCKETS = 8;

type SocketThread = NativeThread<SocketThreadOperations>;

export interface PodListenOptions {
  readonly address: string;
  readonly port: number;
  readonly backlog?: number;
  /** A Unix socket in place of address and port: a file, which no network namespace keeps apart. */
  readonly pipe?: { readonly path: string } | undefined;
}

export interface PodConnectOptions {
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly onread?: OnReadOpts | undefined;
}

export interface PodListener {
  readonly address: string;
  readonly port: number;
  close(): void;
}

export interface PodSocketsOptions {
  /** File of the pod's network namespace. */
  readonly path: string;
  /** SO_MARK of outgoing connections: what the pod's capture lets pass. */
  readonly mark: number;
  /** Ranges of pods and services, such as `10.244.0.0/16`: reached from the pod's network. All else is dialled from the host's. */
  readonly meshRanges: readonly string[];
  /** Listener ports that are opened on the host as well: port -> address there. */
  readonly hostPorts: Readonly<Record<number, { readonly address: string; readonly port: number }>>;
}

/** Makes the sockets of all logical proxies of a process; holds the one thread that enters their pods' networks. */
export class PodSocketFactory {
  private readonly thread: SocketThread = new NativeThread(new URL('./thread/socket-worker.js', import.meta.url));

  forPod(options: PodSocketsOptions): PodSockets {
    return new PodSockets(this.thread, options);
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}

/** How the logical proxy of one pod opens sockets. Has the shape of the proxy's `SocketFactory`. */
export class PodSockets {
  private readonly ranges: readonly Ipv4Range[];
  private stock: number[] = [];
  private refilling = false;
  private disposed = false;

  constructor(
    private readonly thread: SocketThread,
    private readonly options: PodSocketsOptions,
  ) {
    this.ranges = ['127.0.0.0/8', ...options.meshRanges].map((range) => new Ipv4Range(range));
  }

  /**
   * Listens in the pod's network, and on the host where `hostPorts` has the port.
   * @throws NativeError ADDRESS_IN_USE or LISTEN_FAILED
   */
  async listen(options: PodListenOptions, onConnection: (socket: Socket) => void): Promise<PodListener> {
    const { pipe } = options;
    if (pipe !== undefined)
      return serve(onConnection, { address: pipe.path, port: 0 }, { path: pathOf(pipe.path) }, options.backlog);
    const inside = await this.listenInPod(options, onConnection);
    const host = this.options.hostPorts[options.port];
    if (host === undefined) return inside;
    try {
      const outside = await serve(onConnection, host, { host: host.address, port: host.port });
      return {
        ...inside,
        close: () => {
          inside.close();
          outside.close();
        },
      };
    } catch (error) {
      inside.close();
      throw error;
    }
  }

  /** A connecting socket; failures come as its `error` event. */
  connect(options: PodConnectOptions): Socket {
    const common = { allowHalfOpen: true, ...(options.onread && { onread: options.onread }) };
    if (/^[/@]/.test(options.address)) return new Socket(common).connect({ path: pathOf(options.address) });
    const target = { host: options.address, port: options.port, noDelay: true, autoSelectFamily: false };
    if (!this.isMeshAddress(options.address)) return new Socket(common).connect(target);
    let fd: number;
    try {
      fd = this.takeClient(options.localAddress);
    } catch (error) {
      return new Socket(common).destroy(error as Error);
    }
    return new Socket({ ...common, fd, manualStart: true } as ConstructorParameters<typeof Socket>[0]).connect(target);
  }

  /** Where a captured connection was going; undefined where it was not captured. */
  originalDestination(socket: Socket): OriginalDestination | undefined {
    const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
    if (fd === undefined || fd < 0) return undefined;
    const destination = originalDestination(fd);
    // Its own address: somebody connected to the capture port itself, and following it would never end.
    if (destination?.port === socket.localPort && destination?.address === socket.localAddress) return undefined;
    return destination;
  }

  /** Lets the pod's network go. Listeners are closed by their owners. */
  dispose(): void {
    this.disposed = true;
    for (const fd of this.stock.splice(0)) closeDescriptor(fd);
    this.thread.run('release', this.options.path).catch(() => {});
  }

  private async listenInPod(options: PodListenOptions, onConnection: (socket: Socket) => void): Promise<PodListener> {
    const spec = { kind: 'tcp-listener', address: options.address, port: options.port } as const;
    const request = { path: this.options.path, spec, count: 1 };
    const [fd] = await this.thread.run('makeSockets', request).catch((error) => {
      throw listenError(options, error);
    });
    return serve(onConnection, options, { fd: fd as number }, options.backlog);
  }

  private isMeshAddress(address: string): boolean {
    return this.ranges.some((range) => range.contains(address));
  }

  private takeClient(localAddress: string | undefined): number {
    if (localAddress !== undefined) return this.makeClients(1, localAddress)[0] as number;
    if (this.stock.length === 0) this.stock = this.makeClients(STOCK_SOCKETS);
    const fd = this.stock.pop() as number;
    if (this.stock.length < STOCK_SOCKETS / 2) this.refill();
    return fd;
  }

  private makeClients(count: number, bind?: string): number[] {
    return this.thread.call('makeSockets', this.clientRequest(count, bind));
  }

  private refill(): void {
    if (this.refilling || this.disposed) return;
    this.refilling = true;
    this.thread.run('makeSockets', this.clientRequest(STOCK_SOCKETS - this.stock.length)).then(
      (made) => {
        this.refilling = false;
        this.stock.push(...made);
        if (this.disposed) this.dispose();
      },
      // The next connection makes its own socket and meets the error, if it is still there.
      () => {
        this.refilling = false;
      },
    );
  }

  private clientRequest(count: number, bind?: string) {
    const spec = { kind: 'tcp-client', mark: this.options.mark, ...(bind !== undefined && { bind }) } as const;
    return { path: this.options.path, spec, count };
  }
}

/** An abstract socket's name begins with a zero byte, which is written as `@`. */
function pathOf(path: string): string {
  return path.startsWith('@') ? `\0${path.slice(1)}` : path;
}

function serve(
  onConnection: (socket: Socket) => void,
  named: { readonly address: string; readonly port: number },
  where: { fd: number } | { path: string } | { host: string; port: number },
  backlog = LISTEN_BACKLOG,
): Promise<PodListener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
  return new Promise((resolve, reject) => {
    const ready = () => {
      server.removeAllListeners('error');
      // EMFILE on accept: the connection waits, nothing is to be done here.
      server.on('error', () => {});
      const bound = server.address();
      const port = bound !== null && typeof bound === 'object' ? bound.port : named.port;
      resolve({ address: named.address, port, close: () => void server.close() });
    };
    server.once('error', (error) => reject(listenError(named, error)));
    // With a descriptor the backlog is taken by position only.
    if ('fd' in where) server.listen(where as object, backlog as never, ready as never);
    else server.listen({ ...where, backlog }, ready);
  });
}

function listenError(at: { readonly address: string; readonly port: number }, error: unknown): NativeError {
  const inUse = codeOf(error) === 'EADDRINUSE';
  const code = inUse ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED';
  const why = inUse ? 'the address is in use' : messageOf(error);
  const hint = inUse ? 'Free the port or change the listener.' : undefined;
  return new NativeError(code, `Cannot listen on ${at.address}:${at.port}: ${why}`, hint);
}
