import type { HeaderMap } from '../../wire/http1/index.js';
import {
  DEFAULT_FRAME_BYTES,
  ERROR,
  FLAG_END_STREAM,
  FRAME,
  FRAME_HEAD_BYTES,
  frameHead,
  headersFrames,
  resetFrame,
  WINDOW_BYTES_MAX,
} from '../../wire/http2/index.js';
import { ByteMeter } from '../http/byte-meter.js';
import type { HeaderBlock } from './header-block.js';
import type { Http2Session } from './http2-session.js';

/** So much of a body may wait for the peer's window before its source is asked to wait. */
const PENDING_BYTES_MAX = 64 * 1024;

/** One stream of a session: its framing and flow control, both ways. What it carries is its subclass's. */
export abstract class Http2Stream {
  meter = new ByteMeter();
  /** The peer's head came: what follows are trailers. */
  headed = false;
  /** Our side is complete. */
  localEnded = false;
  /** The peer's side is complete. */
  remoteEnded = false;
  closed = false;
  /** Bytes that the peer allows us. */
  private sendWindow: number;
  private pending: Buffer[] | undefined;
  private pendingBytes = 0;
  /** Trailers, or undefined for none, once our body is complete but for what is pending. */
  private ending: { readonly trailers: HeaderMap | undefined } | undefined;
  /** Bytes that came and were not given back to the peer's window. */
  private uncredited = 0;
  private held = false;
  private receiveLeft: number;
  /** What is left of the length that the peer announced; -1 for none. */
  private contentLeft = -1;
  private resetCode: number | undefined;

  constructor(
    protected readonly session: Http2Session,
    readonly id: number,
  ) {
    this.sendWindow = session.peerInitialWindow;
    this.receiveLeft = session.options.streamWindow_bytes;
  }

  // What the session tells

  abstract onHeaders(block: HeaderBlock, end: boolean): void;
  abstract onBody(buf: Buffer, start: number, end: number): void;
  /** The peer's side is complete. */
  abstract onRemoteEnd(trailers: HeaderMap | undefined): void;
  /** The peer reset the stream, or the session ended under it. Nothing follows. */
  abstract onReset(code: number | undefined): void;
  /** The peer broke a rule; the stream was reset. Nothing follows. */
  abstract onFault(): void;
  /** The peer said goodbye before it looked at the stream. */
  refused(): void {
    this.close();
    this.onReset(ERROR.refusedStream);
  }

  /** There is room for more of our body. */
  abstract onWritable(): void;
  /** All of one read was told. */
  abstract onReadEnd(): void;

  /** @returns false when the peer sent more than it may */
  receive(buf: Buffer, start: number, end: number, flow: number): boolean {
    this.receiveLeft -= flow;
    if (this.receiveLeft < 0) return false;
    this.uncredited += flow;
    this.meter.received += flow;
    if (this.contentLeft >= 0) {
      this.contentLeft -= end - start;
      if (this.contentLeft < 0) {
        this.fault(ERROR.protocol);
        return true;
      }
    }
    if (end > start) this.onBody(buf, start, end);
    if (!this.held && !this.closed) this.credit();
    return true;
  }

  /** @returns false when the window got too large */
  grow(bytes: number): boolean {
    this.sendWindow += bytes;
    if (this.sendWindow > WINDOW_BYTES_MAX) return false;
    this.pump();
    return true;
  }

  /** The session's own window, or its transport, has room again. */
  pump(): void {
    if (this.pending !== undefined) this.sendPending();
    if (!this.closed && !this.full) this.onWritable();
  }

  // For subclasses

  get full(): boolean {
    return this.pendingBytes > PENDING_BYTES_MAX || this.session.full;
  }

  protected sendHeaders(block: string, end: boolean): void {
    this.pushHeaders(block, end);
    if (end) this.endLocal();
  }

  /** A body that is one piece, and the end. */
  protected sendWhole(buf: Uint8Array): void {
    const size = buf.length;
    if (size > DEFAULT_FRAME_BYTES || size > this.sendWindow || size > this.session.sendWindow) {
      this.sendBody(buf, 0, size);
      this.sendEnd(undefined);
    } else if (!this.closed && !this.localEnded) {
      this.sendData(buf, 0, size, FLAG_END_STREAM);
      this.endLocal();
    }
  }

  protected sendBody(buf: Uint8Array, start: number, end: number): void {
    if (this.closed || this.localEnded) return;
    let at = start;
    if (this.pending === undefined) {
      while (at < end) {
        const size = Math.min(end - at, DEFAULT_FRAME_BYTES, this.sendWindow, this.session.sendWindow);
        if (size <= 0) break;
        this.sendData(buf, at, at + size);
        at += size;
      }
      if (at === end) return;
    }
    this.pending ??= [];
    this.pending.push(Buffer.from(buf.subarray(at, end)));
    this.pendingBytes += end - at;
    this.session.blocked.add(this);
  }

  protected sendEnd(trailers: HeaderMap | undefined): void {
    if (this.closed || this.localEnded) return;
    this.ending = { trailers };
    if (this.pending === undefined) this.sendEnding();
  }

  protected hold(): void {
    this.held = true;
  }

  protected release(): void {
    if (!this.held) return;
    this.held = false;
    if (this.closed) return;
    this.credit();
    // the one who found room may be another connection: nobody else would send what the peer waits for
    this.session.flush();
  }

  /** Ends the stream at once; the subclass is told nothing more. */
  reset(code: number): void {
    if (this.closed) return;
    this.session.stats.counters.tx_reset.value++;
    this.session.pushControl(resetFrame(this.id, code));
    this.close();
  }

  /** Resets the stream, whose peer broke a rule. */
  fault(code: number): void {
    if (this.closed) return;
    this.reset(code);
    this.onFault();
  }

  /** Takes the stream out of its session. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.pending = undefined;
    this.session.creditConnection(this.uncredited);
    this.uncredited = 0;
    this.session.onStreamClosed(this);
  }

  /** The peer's side is complete. @returns false when it is shorter than announced */
  endRemote(): boolean {
    if (this.contentLeft > 0) {
      this.fault(ERROR.protocol);
      return false;
    }
    this.remoteEnded = true;
    if (this.localEnded) this.close();
    return true;
  }

  /** RFC 9113 §8.1.1: a length that is announced is kept. */
  protected expectLength(headers: HeaderMap): void {
    const length = headers.get('content-length');
    if (length !== undefined && /^\d+$/.test(length)) this.contentLeft = Number(length);
  }

  /** Resets the stream when our side is complete. */
  protected resetWhenSent(code: number): void {
    this.resetCode = code;
    if (this.localEnded) this.reset(code);
  }

  private sendPending(): void {
    const pending = this.pending!;
    while (pending.length > 0) {
      const chunk = pending[0]!;
      const size = Math.min(chunk.length, DEFAULT_FRAME_BYTES, this.sendWindow, this.session.sendWindow);
      if (size <= 0) return;
      this.sendData(chunk, 0, size);
      this.pendingBytes -= size;
      if (size === chunk.length) pending.shift();
      else pending[0] = chunk.subarray(size);
    }
    this.pending = undefined;
    this.session.blocked.delete(this);
    if (this.ending !== undefined) this.sendEnding();
  }

  private sendEnding(): void {
    const { trailers } = this.ending!;
    if (trailers === undefined || trailers.size === 0) {
      this.meter.sent += FRAME_HEAD_BYTES;
      this.session.push(frameHead(0, FRAME.data, FLAG_END_STREAM, this.id));
    } else {
      this.session.stats.counters.trailers.value++;
      this.pushHeaders(this.session.encode(trailers, this.session.encoder.begin()), true);
    }
    this.endLocal();
  }

  private pushHeaders(block: string, end: boolean): void {
    const frames = headersFrames(this.id, block, end, DEFAULT_FRAME_BYTES);
    this.meter.sent += frames.length;
    this.meter.headerSent += frames.length;
    this.session.push(frames);
  }

  private sendData(buf: Uint8Array, start: number, end: number, flags = 0): void {
    const size = end - start;
    this.sendWindow -= size;
    this.meter.sent += FRAME_HEAD_BYTES + size;
    this.session.pushData(frameHead(size, FRAME.data, flags, this.id), buf, start, end);
  }

  private endLocal(): void {
    this.localEnded = true;
    if (this.remoteEnded) this.close();
    else if (this.resetCode !== undefined) this.reset(this.resetCode);
  }

  /** Gives bytes back to the peer's windows, in large pieces. */
  private credit(): void {
    const window = this.session.options.streamWindow_bytes;
    this.session.creditConnection(this.uncredited);
    this.uncredited = 0;
    if (this.remoteEnded || this.receiveLeft > window / 2) return;
    this.session.updateWindow(this.id, window - this.receiveLeft);
    this.receiveLeft = window;
  }
}
