import { ERROR, STREAM_ID_MAX } from '../../wire/http2/index.js';
import type { ChoiceContext } from '../cluster/cluster.js';
import type { ConnectionManager } from '../http/connection-manager.js';
import { ConnectionTimers, type TimedConnection } from '../http/connection-timers.js';
import type { ServerConnection } from '../http/downstream-codec.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { Transport } from '../transport/transport.js';
import { Http2ServerStream } from './http2-server-stream.js';
import { Http2Session, type SessionOwner } from './http2-session.js';
import { SessionKeepalive } from './session-keepalive.js';

/** A client's HTTP/2 connection. */
export class Http2ServerConnection implements ServerConnection, SessionOwner, TimedConnection {
  readonly http2 = true;
  readonly choice: ChoiceContext;
  readonly head_bytes_max: number;
  readonly field_count_max: number;
  private readonly session: Http2Session;
  private readonly timers: ConnectionTimers;
  private readonly keepalive: SessionKeepalive | undefined;
  private served = 0;
  /** Nothing: as usual. Asked: the client was told that the end comes. Said: it knows the last stream. */
  private goodbye: 'nothing' | 'asked' | 'said' = 'nothing';
  private local = false;
  /** The stream whose head is not complete. */
  private begun = 0;

  constructor(
    readonly manager: ConnectionManager,
    transport: Transport,
    readonly info: ConnectionInfo,
    readonly filterChainName: string,
  ) {
    const { options, context, http2Stats } = manager;
    this.head_bytes_max = options.head_bytes_max;
    this.field_count_max = options.field_count_max;
    this.choice = { destination: info.restored ? { address: info.localAddress, port: info.localPort } : undefined };
    this.timers = new ConnectionTimers(manager, this);
    transport.sent = manager.stats.counters.downstream_cx_tx_bytes_total;
    this.session = new Http2Session(transport, options.http2, http2Stats, this, true);
    this.keepalive = SessionKeepalive.of(this.session, context);
    this.timers.startIdle();
  }

  // As a connection of its manager

  drain(): void {
    if (this.goodbye === 'said') return;
    if (this.session.streams.size === 0) {
      this.sayGoodbye();
      return;
    }
    if (this.goodbye === 'asked') return;
    this.goodbye = 'asked';
    this.manager.stats.counters.downstream_cx_drain_close.value++;
    this.session.goaway(ERROR.none, STREAM_ID_MAX);
    this.timers.startDrain();
  }

  destroy(): void {
    this.local = true;
    this.session.destroy();
  }

  // As the session's owner

  openStream(id: number): Http2ServerStream | undefined {
    if (this.goodbye === 'said' || this.session.streams.size >= this.session.options.maxConcurrentStreams) {
      this.session.refuse(id);
      return undefined;
    }
    this.timers.stopIdle();
    const stream = new Http2ServerStream(this.session, id, this);
    this.session.addStream(stream);
    const { maxRequestsPerConnection } = this.manager.options;
    if (++this.served === maxRequestsPerConnection) {
      this.manager.stats.counters.downstream_cx_max_requests_reached.value++;
      this.drain();
    }
    return stream;
  }

  onStreamClosed(): void {
    if (this.session.streams.size > 0 || this.session.closed) return;
    if (this.goodbye === 'said') this.session.close();
    else this.timers.startIdle();
  }

  onHeadBegan(id: number): void {
    this.begun = id;
    this.timers.startHead();
  }

  onHeadComplete(): void {
    this.timers.stopHead();
  }

  onSettings(): void {}

  /** The client opens nothing more; what is open goes on. */
  onGoaway(): void {
    if (this.session.streams.size === 0) this.session.close();
  }

  onPong(): void {
    this.keepalive?.onPong();
  }

  onBytes(count: number): void {
    this.manager.stats.counters.downstream_cx_rx_bytes_total.value += count;
  }

  onProtocolError(): void {
    this.local = true;
    this.manager.stats.counters.downstream_cx_protocol_error.value++;
  }

  onFault(error: unknown): void {
    this.local = true;
    this.manager.onFault(error);
  }

  onSessionClosed(active: boolean): void {
    this.timers.stop();
    this.keepalive?.stop();
    this.manager.onConnectionEnd(this, this.local, active);
  }

  // Timers

  onIdle(): void {
    this.manager.stats.counters.downstream_cx_idle_timeout.value++;
    this.sayGoodbye();
  }

  onHeadTimeout(): void {
    this.manager.stats.counters.downstream_rq_header_timeout.value++;
    this.session.lastPeerStream = this.begun;
    this.openStream(this.begun)?.onHeadTimeout();
  }

  onAged(): void {
    if (this.goodbye === 'nothing') {
      this.manager.stats.counters.downstream_cx_max_duration_reached.value++;
      this.drain();
    } else {
      this.sayGoodbye();
    }
  }

  private sayGoodbye(): void {
    if (this.goodbye === 'said') return;
    this.goodbye = 'said';
    this.local = true;
    this.session.goaway(ERROR.none);
    if (this.session.streams.size === 0) this.session.close();
  }
}
