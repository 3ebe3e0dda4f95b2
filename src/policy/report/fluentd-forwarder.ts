import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { LogSink } from './log-sink.js';
import { pack } from './msgpack.js';

/** Records that wait for a slow fluentd; beyond it records are dropped, for requests do not wait for logs. */
export const FLUENTD_BUFFER_MAX_BYTES = 4 * 1024 * 1024;
/** Servers that handlers may name. */
export const FLUENTD_SERVERS_MAX = 64;
const RECONNECT_AFTER_MS = 1_000;
const MILLISECONDS_PER_SECOND = 1_000;

interface Server {
  stream: Duplex | undefined;
  /** Not before then is it connected again. */
  retryAt_ms: number;
  dropped: number;
}

/** Sends records by fluentd's forward protocol, one connection a server. */
export class FluentdForwarder implements Pick<LogSink, 'forward'> {
  private readonly servers = new Map<string, Server>();

  /** @param connect opens a connection to `host:port`; what goes wrong it says by `error` */
  constructor(
    private readonly connect: (hostPort: string) => Duplex,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  readonly forward: LogSink['forward'] = (address, tag, time_ms, record) => {
    const server = this.serverAt(address);
    const stream = server && this.streamOf(address, server);
    if (stream === undefined || stream.writableLength > FLUENTD_BUFFER_MAX_BYTES) {
      if (server !== undefined) server.dropped++;
      return;
    }
    stream.write(pack([tag, Math.floor(time_ms / MILLISECONDS_PER_SECOND), record]));
  };

  close(): void {
    for (const { stream } of this.servers.values()) stream?.end();
    this.servers.clear();
  }

  private serverAt(address: string): Server | undefined {
    let server = this.servers.get(address);
    if (server === undefined && this.servers.size < FLUENTD_SERVERS_MAX) {
      server = { stream: undefined, retryAt_ms: 0, dropped: 0 };
      this.servers.set(address, server);
    }
    return server;
  }

  private streamOf(address: string, server: Server): Duplex | undefined {
    if (server.stream !== undefined) return server.stream;
    if (this.clock.monotonic_ms() < server.retryAt_ms) return undefined;
    const stream = this.connect(address);
    server.stream = stream;
    stream.on('error', (error) => this.logger.warn(`fluentd at ${address}: ${error.message}`));
    stream.on('close', () => {
      if (server.stream !== stream) return;
      server.stream = undefined;
      server.retryAt_ms = this.clock.monotonic_ms() + RECONNECT_AFTER_MS;
    });
    stream.resume();
    if (server.dropped > 0) this.logger.warn(`fluentd at ${address}: ${server.dropped} records were dropped`);
    server.dropped = 0;
    return stream;
  }
}
