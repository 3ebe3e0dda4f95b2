import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Clock } from '../../base/clock.js';
import type { Disposable } from '../../base/dispose.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { AggregatedDiscoveryService } from '../types/gen/envoy/service/discovery/v3/ads_pb.js';
import { DeltaWire } from './delta-wire.js';
import { REQUEST_MAX_BYTES, SESSION_MEMORY_MAX_MB, STREAMS_MAX } from './limits.js';
import { serveStream } from './serve-stream.js';
import { SotwWire } from './sotw-wire.js';
import type { AckObserver, ConfigSource } from './source.js';
import type { StreamSession } from './stream-session.js';
import type { Wire } from './wire.js';

export interface AdsServerOptions {
  readonly source: ConfigSource;
  readonly observer: AckObserver;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A Unix socket that only this user may open, or a TCP address; port 0 picks one. */
export type ListenOn = { readonly path: string } | { readonly host: string; readonly port: number };

/** Serves aggregated discovery, delta and state of the world, over HTTP/2 without TLS. May listen on several addresses. */
export class AdsServer {
  private readonly sessions = new Set<StreamSession>();
  private readonly servers: Http2Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly subscription: Disposable;
  private readonly handler: ReturnType<typeof connectNodeAdapter>;
  private streams = 0;

  constructor(private readonly options: AdsServerOptions) {
    this.handler = connectNodeAdapter({
      routes: (router) => this.route(router),
      grpcWeb: false,
      connect: false,
      readMaxBytes: REQUEST_MAX_BYTES,
    });
    this.subscription = options.source.onChange(() => this.push());
  }

  /**
   * @returns the address, for TCP with the port that was picked
   * @throws Error of the system when the address cannot be taken
   */
  async listen(on: ListenOn): Promise<AddressInfo | string> {
    const server = createServer(
      { settings: { maxConcurrentStreams: STREAMS_MAX }, maxSessionMemory: SESSION_MEMORY_MAX_MB },
      this.handler,
    );
    server.on('connection', (socket: Socket) => this.track(socket));
    server.on('sessionError', (error) => this.options.logger.debug('connection lost', { reason: error.message }));
    this.servers.push(server);
    // A socket file stays behind when its process is killed, and would be in the way.
    if ('path' in on) rmSync(on.path, { force: true });
    await listening(server, on);
    if ('path' in on) chmodSync(on.path, 0o600);
    return server.address() ?? '';
  }

  /** Ends all streams. Proxies keep what they have and come back. */
  async close(): Promise<void> {
    this.subscription.dispose();
    const closed = this.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    // The sockets, because a session that is being reset by its client does not end when it is destroyed (Node 20).
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
  }

  private push(): void {
    for (const session of this.sessions) {
      try {
        session.flush();
      } catch (error) {
        this.options.logger.error('cannot push configuration', { node: session.node.id, reason: messageOf(error) });
      }
    }
  }

  private route(router: ConnectRouter): void {
    router.service(AggregatedDiscoveryService, {
      deltaAggregatedResources: (requests, { signal }) => this.serve(new DeltaWire(), requests, signal),
      streamAggregatedResources: (requests, { signal }) => this.serve(new SotwWire(), requests, signal),
    });
  }

  private async *serve<Request extends { typeUrl: string }, Response>(
    wire: Wire<Request, Response>,
    requests: AsyncIterable<Request>,
    signal: AbortSignal,
  ): AsyncGenerator<Response> {
    if (this.streams >= STREAMS_MAX) throw new ConnectError(`more than ${STREAMS_MAX} streams`, Code.ResourceExhausted);
    this.streams++;
    try {
      const { source, observer, clock } = this.options;
      yield* serveStream(wire, requests, { source, observer, clock, signal, sessions: this.sessions });
    } finally {
      this.streams--;
    }
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
  }
}

function listening(server: Http2Server & Server, on: ListenOn): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
