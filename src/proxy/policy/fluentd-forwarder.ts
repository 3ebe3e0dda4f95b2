import { connect, type Socket } from 'node:net';
import type { Logger } from '../../base/logger.js';
import type { LogValue } from '../../policy/index.js';

const DEFAULT_PORT = 24_224;
/** What waits for a slow fluentd; records beyond it are dropped. */
export const WAITING_BYTES_MAX = 4 * 1024 * 1024;

/** Records to one fluentd, by the JSON form of its forward protocol: `[tag, seconds, record]` one after the other. */
export class FluentdForwarder {
  private socket: Socket | undefined;
  private dropped = 0;

  /** @param address `host:port` */
  constructor(
    private readonly address: string,
    private readonly logger: Logger,
  ) {}

  /** Never waits. @param time_ms since 1970 */
  send(tag: string, time_ms: number, record: Readonly<Record<string, LogValue>>): void {
    this.socket ??= this.connect();
    if (this.socket.writableLength > WAITING_BYTES_MAX) {
      if (this.dropped++ === 0) this.logger.warn('fluentd is too slow: records are dropped', { address: this.address });
      return;
    }
    this.socket.write(JSON.stringify([tag, Math.floor(time_ms / 1_000), record]));
  }

  private connect(): Socket {
    const { host, port } = hostPort(this.address);
    const socket = connect({ host, port });
    socket.unref();
    socket.on('error', (error) =>
      this.logger.warn('fluentd cannot be reached', { address: this.address, error: error.message }),
    );
    // The next record tries again.
    socket.once('close', () => {
      this.socket = undefined;
      this.dropped = 0;
    });
    return socket;
  }
}

function hostPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  if (colon === -1) return { host: address, port: DEFAULT_PORT };
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
