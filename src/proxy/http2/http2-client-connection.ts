import { ERROR, STREAM_ID_MAX } from '../../wire/http2/index.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import { PooledConnection } from '../pool/pooled-connection.js';
import type { UpstreamStream } from '../pool/upstream-stream.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { Transport } from '../transport/transport.js';
import { Http2ClientStream } from './http2-client-stream.js';
import { Http2Session, type SessionOwner } from './http2-session.js';
import type { Http2Stats } from './http2-stats.js';
import { SessionKeepalive } from './session-keepalive.js';

/** An HTTP/2 connection to an endpoint: many requests at once. */
export class Http2ClientConnection extends PooledConnection implements SessionOwner {
  readonly protocol = 'HTTP/2';
  readonly head_bytes_max: number;
  readonly field_count_max: number;
  private readonly session: Http2Session;
  private readonly keepalive: SessionKeepalive | undefined;
  private readonly streamsWanted: number;

  constructor(
    pool: ConnectionPool,
    transport: Transport,
    settings: ConnectionSettings,
    stats: Http2Stats,
    context: ProxyContext,
  ) {
    super(pool, transport, context.clock.monotonic_ms());
    this.head_bytes_max = settings.head_bytes_max;
    this.field_count_max = settings.field_count_max;
    this.streamsWanted = settings.http2.maxConcurrentStreams;
    this.session = new Http2Session(transport, settings.http2, stats, this, false);
    this.keepalive = SessionKeepalive.of(this.session, context);
  }

  // As a connection of its pool

  get streamsMax(): number {
    return Math.min(this.streamsWanted, this.session.peerConcurrentStreams);
  }

  open(): UpstreamStream {
    const id = this.session.nextStream;
    this.session.nextStream += 2;
    if (this.session.nextStream > STREAM_ID_MAX) this.closing = true;
    const stream = new Http2ClientStream(this.session, id, this);
    this.session.addStream(stream);
    return stream;
  }

  drain(): void {
    if (this.closing) return;
    this.closing = true;
    this.session.goaway(ERROR.none);
  }

  shutDown(): void {
    this.session.destroy();
  }

  get tls(): TlsInfo | undefined {
    return this.transport.tls;
  }

  get localAddress(): string {
    return this.transport.localAddress;
  }

  // As the session's owner

  /** Servers open none: we don't allow push. */
  openStream(): undefined {
    return undefined;
  }

  onStreamClosed(): void {
    if (!this.closed) this.pool.onStreamEnd(this);
  }

  /** Routes say how long an answer may take. */
  onHeadBegan(): void {}

  onHeadComplete(): void {}

  onSettings(): void {
    this.pool.onCapacity(this);
  }

  onGoaway(lastStream: number): void {
    if (!this.closing) this.pool.stats.counters.upstream_cx_close_notify.value++;
    this.closing = true;
    this.pool.onCapacity(this);
    for (const stream of [...this.session.streams.values()]) if (stream.id > lastStream) stream.refused();
    if (this.active === 0) this.destroy(false);
  }

  onPong(): void {
    this.keepalive?.onPong();
  }

  onBytes(count: number): void {
    this.pool.stats.counters.upstream_cx_rx_bytes_total.value += count;
  }

  onProtocolError(): void {
    this.pool.stats.counters.upstream_cx_protocol_error.value++;
  }

  onFault(error: unknown): void {
    this.pool.onFault(error);
  }

  onSessionClosed(): void {
    this.keepalive?.stop();
    this.destroy(false);
  }

  override destroy(local: boolean): void {
    if (this.closed) return;
    super.destroy(local);
    this.session.destroy();
  }
}
