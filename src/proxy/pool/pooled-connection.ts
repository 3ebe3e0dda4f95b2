import { WheelTimer } from '../../base/timer-wheel.js';
import { nextConnectionId } from '../http/stream-info.js';
import type { Transport } from '../transport/transport.js';
import type { ConnectionPool } from './connection-pool.js';
import type { UpstreamStream } from './upstream-stream.js';

/** What a pool knows of one of its connections, whatever the protocol. */
export abstract class PooledConnection {
  readonly id = nextConnectionId();
  /** Streams that were opened. */
  served = 0;
  /** Streams that are open. */
  active = 0;
  /** Takes no more streams, and closes when the last one ends. */
  closing = false;
  closed = false;
  /** The pool's: it stands among those that take another stream. */
  listed = false;
  readonly idleTimer = new WheelTimer(() => this.pool.onIdleTimeout(this));
  readonly ageTimer = new WheelTimer(() => this.pool.onAged(this));

  constructor(
    protected readonly pool: ConnectionPool,
    protected readonly transport: Transport,
    readonly opened_ms: number,
  ) {
    transport.sent = pool.stats.counters.upstream_cx_tx_bytes_total;
  }

  /** `HTTP/1.1`, `HTTP/2`; '' for bare bytes. */
  abstract readonly protocol: string;
  /** How many streams may be open at once, now. */
  abstract readonly streamsMax: number;
  abstract open(): UpstreamStream;
  /** Says goodbye where the protocol can; then nothing opens on it any more. */
  abstract drain(): void;
  /** Closes; streams under way are told that the peer did. */
  abstract shutDown(): void;

  get available(): boolean {
    return !this.closing && this.active < this.streamsMax;
  }

  /** Closes; streams under way are told nothing. */
  destroy(local: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.closing = true;
    this.pool.onClosed(this, local);
    this.transport.destroy();
  }
}
