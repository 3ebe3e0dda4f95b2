import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '../../base/clock.js';
import type { Disposable } from '../../base/dispose.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { AdsStream } from './ads-stream.js';
import { DeltaWire } from './delta-wire.js';
import { GrpcCall, refuseCall } from './grpc/call.js';
import { GRPC_CODE } from './grpc/status.js';
import { REQUEST_MAX_BYTES, SESSION_MEMORY_MAX_MB, STREAMS_MAX } from './limits.js';
import { SotwWire } from './sotw-wire.js';
import type { ConfigSource, PushObserver } from './source.js';
import type { StreamSession } from './stream-session.js';
import type { Wire } from './wire.js';

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService';
/** Each with the variant of the protocol that it speaks. */
const METHODS: Readonly<Record<string, () => Wire>> = {
  [`${SERVICE}/DeltaAggregatedResources`]: () => new DeltaWire(),
  [`${SERVICE}/StreamAggregatedResources`]: () => new SotwWire(),
};

export interface AdsServerOptions {
  readonly source: ConfigSource;
  readonly observer: PushObserver;
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
  private streams = 0;

  constructor(private readonly options: AdsServerOptions) {
    this.subscription = options.source.onChange(() => this.push());
  }

  /**
   * @returns the address, for TCP with the port that was picked
   * @throws Error of the system when the address cannot be taken
   */
  async listen(on: ListenOn): Promise<AddressInfo | string> {
    const server = createServer({
      settings: { maxConcurrentStreams: STREAMS_MAX },
      maxSessionMemory: SESSION_MEMORY_MAX_MB,
    });
    server.on('stream', (stream, headers) => this.serve(stream, headers));
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

  private serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const wire = METHODS[headers[':path'] ?? ''];
    if (headers[':method'] !== 'POST' || !headers['content-type']?.startsWith('application/grpc')) {
      stream.on('error', () => {});
      stream.respond({ ':status': 415 }, { endStream: true });
    } else if (wire === undefined) {
      refuseCall(stream, GRPC_CODE.unimplemented, `no method ${headers[':path']}`);
    } else if (this.streams >= STREAMS_MAX) {
      refuseCall(stream, GRPC_CODE.resourceExhausted, `more than ${STREAMS_MAX} streams`);
    } else {
      this.open(stream, wire());
    }
  }

  private open(stream: ServerHttp2Stream, wire: Wire): void {
    const { source, observer, clock } = this.options;
    const call = new GrpcCall(stream, REQUEST_MAX_BYTES);
    const onClosed = (): void => void this.streams--;
    this.streams++;
    call.serve(new AdsStream({ wire, call, source, observer, clock, sessions: this.sessions, onClosed }));
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
