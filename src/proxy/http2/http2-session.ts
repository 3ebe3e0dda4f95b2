import type { HeaderMap } from '../../wire/http1/index.js';
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ERROR,
  FrameReader,
  type FrameSink,
  goawayFrame,
  HpackDecoder,
  HpackEncoder,
  PREFACE,
  resetFrame,
  SETTING,
  settingsFrame,
  WINDOW_BYTES_MAX,
  windowUpdateFrame,
} from '../../wire/http2/index.js';
import type { Transport, TransportListener } from '../transport/transport.js';
import { FloodGuard } from './flood-guard.js';
import { FrameHandler } from './frame-handler.js';
import type { Http2Options } from './http2-options.js';
import type { Http2Stats } from './http2-stats.js';
import type { Http2Stream } from './http2-stream.js';

/** What a session's connection does: a client's at our listener, or ours at an endpoint. */
export interface SessionOwner {
  /** Limits of a message's head. */
  readonly head_bytes_max: number;
  readonly field_count_max: number;
  /** The peer opens a stream; undefined when it may not, and a connection error follows. */
  openStream(id: number): Http2Stream | undefined;
  onStreamClosed(stream: Http2Stream): void;
  /** The first frame of a new stream's head came, and others must follow. */
  onHeadBegan(id: number): void;
  /** They did. */
  onHeadComplete(): void;
  /** The peer's SETTINGS came. */
  onSettings(): void;
  /** The peer opens, or answers, nothing behind `lastStream`. */
  onGoaway(lastStream: number, code: number): void;
  onPong(): void;
  onBytes(count: number): void;
  /** The peer broke the protocol; GOAWAY was sent, and the session closes. */
  onProtocolError(): void;
  /** An error of ours ends the session. */
  onFault(error: unknown): void;
  /** Streams that were open have been told. @param active there were some */
  onSessionClosed(active: boolean): void;
}

/** One HTTP/2 connection, either side of it: RFC 9113 but for what streams carry. */
export class Http2Session implements TransportListener {
  readonly streams = new Map<number, Http2Stream>();
  /** Streams whose bodies wait for a window. */
  readonly blocked = new Set<Http2Stream>();
  peerInitialWindow = DEFAULT_WINDOW_BYTES;
  peerConcurrentStreams = Number.POSITIVE_INFINITY;
  peerAllowsConnect = false;
  sendWindow = DEFAULT_WINDOW_BYTES;
  /** The next stream that we open. */
  nextStream = 1;
  /** The highest stream that the peer opened. */
  lastPeerStream = 0;
  closed = false;
  readonly encoder = new HpackEncoder();
  readonly decoder: HpackDecoder;
  readonly flood: FloodGuard;
  private readonly reader: FrameReader;
  private readonly handler: FrameHandler;
  private uncredited = 0;
  private prefaceLeft: string;

  constructor(
    readonly transport: Transport,
    readonly options: Http2Options,
    readonly stats: Http2Stats,
    readonly owner: SessionOwner,
    readonly isServer: boolean,
  ) {
    this.decoder = new HpackDecoder(options.table_bytes);
    this.flood = new FloodGuard(options, stats);
    this.handler = new FrameHandler(this);
    this.reader = new FrameReader(DEFAULT_FRAME_BYTES, this.handler satisfies FrameSink);
    this.prefaceLeft = isServer ? PREFACE : '';
    transport.listener = this;
    this.greet();
  }

  get full(): boolean {
    return this.transport.full;
  }

  push(text: string): void {
    this.transport.pushText(text);
  }

  /** A frame that the peer made us send. */
  pushControl(text: string): void {
    this.transport.pushText(text);
    if (!this.flood.onControlFrame(this.transport.full)) this.fail(ERROR.enhanceYourCalm);
  }

  pushData(head: string, buf: Uint8Array, start: number, end: number): void {
    this.sendWindow -= end - start;
    this.flood.onDataSent();
    this.transport.pushText(head);
    this.transport.pushBytes(buf, start, end);
  }

  flush(): void {
    if (!this.closed) this.transport.flush();
  }

  /** @param first pseudo fields, encoded */
  encode(headers: HeaderMap, first: string): string {
    let block = first;
    headers.forEach((name, value) => {
      if (!CONNECTION_FIELDS.has(name)) block += this.encoder.field(name, value);
    });
    return block;
  }

  /** Gives bytes back to the peer's window of the connection, in large pieces. */
  creditConnection(bytes: number): void {
    this.uncredited += bytes;
    if (this.uncredited < this.options.connectionWindow_bytes / 4) return;
    this.updateWindow(0, this.uncredited);
    this.uncredited = 0;
  }

  updateWindow(stream: number, bytes: number): void {
    if (!this.closed) this.push(windowUpdateFrame(stream, bytes));
  }

  /** @param lastStream what the peer opens behind it is not answered */
  goaway(code: number, lastStream = this.isServer ? this.lastPeerStream : 0): void {
    if (this.closed) return;
    this.stats.counters.goaway_sent.value++;
    this.push(goawayFrame(lastStream, code));
    this.flush();
  }

  /** Does not take a stream that the peer opens: it may try elsewhere. */
  refuse(stream: number): void {
    this.stats.counters.tx_reset.value++;
    this.pushControl(resetFrame(stream, ERROR.refusedStream));
  }

  /** The connection cannot go on. @param code what the peer is told; undefined to say nothing, as Envoy of bad messages */
  fail(code: number | undefined): void {
    if (this.closed) return;
    if (code !== undefined) this.goaway(code);
    this.owner.onProtocolError();
    this.close();
  }

  /** Ends after what was written; streams that are open are told. */
  close(): void {
    if (this.closed) return;
    this.transport.endAndDestroy();
    this.onClosed();
  }

  destroy(): void {
    if (this.closed) return;
    this.transport.destroy();
    this.onClosed();
  }

  onStreamClosed(stream: Http2Stream): void {
    this.streams.delete(stream.id);
    this.blocked.delete(stream);
    this.stats.streamsActive.value--;
    this.owner.onStreamClosed(stream);
  }

  addStream(stream: Http2Stream): void {
    this.streams.set(stream.id, stream);
    this.stats.streamsActive.value++;
  }

  /** The peer changed the initial window: all streams' windows change (RFC 9113 §6.9.2). */
  setInitialWindow(bytes: number): void {
    const change = bytes - this.peerInitialWindow;
    this.peerInitialWindow = bytes;
    for (const stream of this.streams.values()) if (!stream.grow(change)) this.fail(ERROR.flowControl);
  }

  growWindow(bytes: number): void {
    this.sendWindow += bytes;
    if (this.sendWindow > WINDOW_BYTES_MAX) this.fail(ERROR.flowControl);
    else for (const stream of [...this.blocked]) stream.pump();
  }

  onPong(): void {
    this.owner.onPong();
  }

  // What the transport tells

  onData(buf: Buffer, start: number, end: number): void {
    if (this.closed) return;
    this.owner.onBytes(end - start);
    let at = start;
    while (this.prefaceLeft !== '' && at < end) {
      if (buf[at++] !== this.prefaceLeft.charCodeAt(0)) {
        this.fail(ERROR.protocol);
        return;
      }
      this.prefaceLeft = this.prefaceLeft.slice(1);
    }
    if (at < end) this.reader.read(buf, at, end);
    this.handler.endRead();
    this.flush();
  }

  onDrain(): void {
    this.flood.onDrained();
    for (const stream of [...this.streams.values()]) stream.pump();
    this.flush();
  }

  onEnd(): void {
    this.destroy();
  }

  onClosed(fault?: unknown): void {
    if (fault !== undefined) this.owner.onFault(fault);
    if (this.closed) return;
    this.closed = true;
    const active = this.streams.size > 0;
    this.tellStreams();
    this.owner.onSessionClosed(active);
  }

  private tellStreams(): void {
    for (const stream of [...this.streams.values()]) {
      stream.close();
      stream.onReset(undefined);
    }
  }

  private greet(): void {
    const { options } = this;
    const settings: [number, number][] = [
      [SETTING.maxConcurrentStreams, options.maxConcurrentStreams],
      [SETTING.initialWindowSize, options.streamWindow_bytes],
    ];
    if (options.table_bytes !== 4096) settings.unshift([SETTING.headerTableSize, options.table_bytes]);
    if (!this.isServer) settings.unshift([SETTING.enablePush, 0]);
    if (this.isServer && options.allowConnect) settings.push([SETTING.enableConnectProtocol, 1]);
    this.push((this.isServer ? '' : PREFACE) + settingsFrame(settings));
    const more = options.connectionWindow_bytes - DEFAULT_WINDOW_BYTES;
    if (more > 0) this.updateWindow(0, more);
    this.flush();
  }
}

/** RFC 9113 §8.2.2: what must not be said here; the authority is a pseudo field. */
const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
]);
