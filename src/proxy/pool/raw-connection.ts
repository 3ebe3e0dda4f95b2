import { HeaderMap } from '../../wire/http1/index.js';
import { ByteMeter } from '../http/byte-meter.js';
import type { TlsInfo } from '../tls/tls-info.js';
import type { Transport, TransportListener } from '../transport/transport.js';
import type { ConnectionPool } from './connection-pool.js';
import { PooledConnection } from './pooled-connection.js';
import type { Exchange, UpstreamStream } from './upstream-stream.js';

/**
 * A connection to an endpoint that speaks no HTTP: the bodies of one CONNECT request and its answer are its bytes (RFC 9110 §9.3.6).
 * The answer's head is ours, and comes as soon as the request has the connection.
 */
export class RawConnection extends PooledConnection implements UpstreamStream, TransportListener {
  readonly streamsMax = 1;
  readonly protocol = '';
  readonly meter = new ByteMeter();
  private exchange: Exchange | undefined;
  private ended = false;

  constructor(pool: ConnectionPool, transport: Transport, now_ms: number) {
    super(pool, transport, now_ms);
    transport.listener = this;
  }

  // As a connection of its pool

  open(): UpstreamStream {
    this.closing = true; // it carries one
    return this;
  }

  drain(): void {
    this.closing = true;
  }

  shutDown(): void {
    const { exchange } = this;
    this.abort();
    exchange?.onReset('remote_close');
  }

  // As the stream under way

  begin(exchange: Exchange): void {
    this.exchange = exchange;
    exchange.onHead({ status: 200, headers: new HeaderMap() }, false);
    exchange.onReadEnd();
  }

  writeBody(buf: Uint8Array, start: number, end: number): void {
    if (this.closed) return;
    this.meter.sent += end - start;
    this.transport.pushBytes(buf, start, end);
  }

  end(): void {
    if (this.closed) return;
    this.ended = true;
    this.transport.end();
  }

  flush(): void {
    if (!this.closed) this.transport.flush();
  }

  get full(): boolean {
    return this.transport.full;
  }

  pause(): void {
    this.transport.pause();
  }

  resume(): void {
    this.transport.resume();
  }

  abort(): void {
    this.exchange = undefined;
    this.destroy(true);
  }

  get connectionId(): number {
    return this.id;
  }

  get tls(): TlsInfo | undefined {
    return this.transport.tls;
  }

  get localAddress(): string {
    return this.transport.localAddress;
  }

  // What the transport tells

  onData(buf: Buffer, start: number, end: number): void {
    const { exchange } = this;
    this.pool.stats.counters.upstream_cx_rx_bytes_total.value += end - start;
    if (exchange === undefined) {
      if (!this.closed) this.destroy(true); // bytes that nobody asked for
      return;
    }
    this.meter.received += end - start;
    exchange.onBody(buf, start, end);
    exchange.onReadEnd();
  }

  onDrain(): void {
    this.exchange?.onDrain();
  }

  /** The endpoint says no more: with that the answer is complete, and as Envoy has it the request, too. */
  onEnd(): void {
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(!this.ended);
    exchange?.onEnd(undefined);
  }

  onClosed(fault?: unknown): void {
    if (fault !== undefined) this.pool.onFault(fault);
    if (this.closed) return;
    const { exchange } = this;
    this.exchange = undefined;
    this.destroy(false);
    exchange?.onReset('remote_reset');
  }
}
