import {
  ERROR,
  FLAG_ACK,
  FLAG_END_HEADERS,
  FLAG_END_STREAM,
  FLAG_PADDED,
  FLAG_PRIORITY,
  FRAME,
  FRAME_HEAD_BYTES,
  type FrameSink,
  pingFrame,
  readUint32,
  SETTING,
  SETTINGS_ACK,
  WINDOW_BYTES_MAX,
} from '../../wire/http2/index.js';
import { HeaderBlock } from './header-block.js';
import type { Http2Session } from './http2-session.js';
import type { Http2Stream } from './http2-stream.js';

/** More fragments than any honest head of our size comes in. */
const CONTINUATIONS_MAX = 64;

/** What each frame does in a session: RFC 9113 §6. */
export class FrameHandler implements FrameSink {
  /** A head whose CONTINUATION frames must follow. */
  private openBlock: { stream: number; end: boolean; parts: Buffer[]; bytes: number } | undefined;
  /** Streams that were told something in this read. */
  private readonly touched = new Set<Http2Stream>();
  private greeted = false;

  constructor(private readonly session: Http2Session) {}

  /** All of one read was told. */
  endRead(): void {
    if (this.touched.size === 0) return;
    for (const stream of this.touched) stream.onReadEnd();
    this.touched.clear();
  }

  onTooLong(): void {
    this.session.fail(ERROR.frameSize);
  }

  onFrame(type: number, flags: number, id: number, buf: Buffer, start: number, end: number): boolean {
    if (this.openBlock !== undefined && (type !== FRAME.continuation || id !== this.openBlock.stream))
      return this.fail(ERROR.protocol);
    if (!this.greeted) {
      if (type !== FRAME.settings || (flags & FLAG_ACK) !== 0) return this.fail(ERROR.protocol);
      this.greeted = true;
    }
    switch (type) {
      case FRAME.data:
        return this.data(flags, id, buf, start, end);
      case FRAME.headers:
        return this.headers(flags, id, buf, start, end);
      case FRAME.continuation:
        return this.continuation(flags, buf, start, end);
      case FRAME.priority:
        if (end - start !== 5) return this.fail(ERROR.frameSize);
        return this.session.flood.onPriority() || this.fail(ERROR.enhanceYourCalm);
      case FRAME.resetStream:
        return this.reset(id, buf, start, end);
      case FRAME.settings:
        return this.settings(flags, id, buf, start, end);
      case FRAME.ping:
        return this.ping(flags, id, buf, start, end);
      case FRAME.goaway:
        if (id !== 0) return this.fail(ERROR.protocol);
        if (end - start < 8) return this.fail(ERROR.frameSize);
        this.session.owner.onGoaway(readUint32(buf, start) & 0x7fff_ffff, readUint32(buf, start + 4));
        return !this.session.closed;
      case FRAME.windowUpdate:
        return this.windowUpdate(id, buf, start, end);
      case FRAME.pushPromise:
        return this.fail(ERROR.protocol); // we never allow it
      default:
        return true; // RFC 9113 §5.5: unknown frames are ignored
    }
  }

  onData(id: number, buf: Buffer, start: number, end: number, flow: number, last: boolean, whole: boolean): boolean {
    if (this.openBlock !== undefined || !this.greeted) return this.fail(ERROR.protocol);
    const stream = this.session.streams.get(id);
    if (stream === undefined || stream.remoteEnded) {
      if (this.isIdle(id)) return this.fail(ERROR.protocol);
      this.session.creditConnection(flow);
      if (stream === undefined) return true; // it was reset, and the peer does not know yet
      return this.fail(ERROR.streamClosed);
    }
    this.session.flood.onFrame(false);
    this.touched.add(stream);
    if (whole) stream.meter.received += FRAME_HEAD_BYTES;
    if (!stream.receive(buf, start, end, flow)) return this.fail(ERROR.flowControl);
    if (last && !stream.closed && stream.endRemote()) stream.onRemoteEnd(undefined);
    return !this.session.closed;
  }

  private data(flags: number, id: number, buf: Buffer, start: number, end: number): boolean {
    if (id === 0) return this.fail(ERROR.protocol);
    const last = (flags & FLAG_END_STREAM) !== 0;
    let from = start;
    let until = end;
    if ((flags & FLAG_PADDED) !== 0) {
      if (start === end || buf[start]! >= end - start) return this.fail(ERROR.protocol);
      from = start + 1;
      until = end - buf[start]!;
    }
    const more = this.onData(id, buf, from, until, end - start, last, true);
    if (!more) return false;
    return this.session.flood.onFrame(from === until && !last) || this.fail(ERROR.enhanceYourCalm);
  }

  private headers(flags: number, id: number, buf: Buffer, start: number, end: number): boolean {
    if (id === 0) return this.fail(ERROR.protocol);
    let from = start;
    let until = end;
    if ((flags & FLAG_PADDED) !== 0) until -= buf[from++] ?? 0;
    if ((flags & FLAG_PRIORITY) !== 0) {
      if (end - from >= 4 && (readUint32(buf, from) & 0x7fff_ffff) === id) return this.fail(ERROR.protocol);
      from += 5;
    }
    if (from > until) return this.fail(ERROR.protocol);
    const last = (flags & FLAG_END_STREAM) !== 0;
    if ((flags & FLAG_END_HEADERS) !== 0) return this.block(id, buf, from, until, last, end - start);
    this.openBlock = { stream: id, end: last, parts: [Buffer.from(buf.subarray(from, until))], bytes: end - start };
    if (this.isIdle(id)) this.session.owner.onHeadBegan(id);
    return this.session.flood.onFrame(from === until) || this.fail(ERROR.enhanceYourCalm);
  }

  private continuation(flags: number, buf: Buffer, start: number, end: number): boolean {
    const open = this.openBlock;
    if (open === undefined) return this.fail(ERROR.protocol);
    const last = (flags & FLAG_END_HEADERS) !== 0;
    open.parts.push(Buffer.from(buf.subarray(start, end)));
    open.bytes += end - start;
    if (open.parts.length > CONTINUATIONS_MAX || open.bytes > this.session.owner.head_bytes_max * 2)
      return this.fail(ERROR.enhanceYourCalm);
    if (!last) return this.session.flood.onFrame(start === end) || this.fail(ERROR.enhanceYourCalm);
    this.openBlock = undefined;
    this.session.owner.onHeadComplete();
    const block = Buffer.concat(open.parts);
    const heads = (open.parts.length - 1) * FRAME_HEAD_BYTES;
    return this.block(open.stream, block, 0, block.length, open.end, open.bytes + heads);
  }

  /** @param bytes of the frames that it came in, but for the first one's head */
  private block(id: number, buf: Buffer, start: number, end: number, last: boolean, bytes: number): boolean {
    const { session } = this;
    const known = session.streams.get(id);
    const trailers = known?.headed === true;
    const { head_bytes_max, field_count_max } = session.owner;
    const block = new HeaderBlock(head_bytes_max, field_count_max, !trailers);
    if (!session.decoder.decode(buf, start, end, (name, value) => block.add(name, value)))
      return this.fail(ERROR.compression);
    block.finish();
    block.wireBytes = FRAME_HEAD_BYTES + bytes;
    if (known !== undefined) return this.known(known, block, trailers, last);
    // a stream that was reset, and the peer did not know yet
    if (!this.isIdle(id)) return true;
    if (!session.isServer || id % 2 === 0) return this.fail(ERROR.protocol);
    session.lastPeerStream = id;
    session.flood.onStream();
    const stream = session.owner.openStream(id);
    if (stream === undefined) return !session.closed;
    return this.known(stream, block, false, last);
  }

  private known(stream: Http2Stream, block: HeaderBlock, trailers: boolean, last: boolean): boolean {
    this.touched.add(stream);
    stream.meter.received += block.wireBytes;
    stream.meter.headerReceived += block.wireBytes;
    if (stream.remoteEnded) return this.fail(ERROR.streamClosed);
    if (!trailers) {
      if (this.session.isServer) block.checkRequest(this.session.options.allowConnect);
      else block.checkResponse();
    } else if (!last) block.fault ??= 'rule';
    if (!trailers || block.fault !== undefined) stream.onHeaders(block, last);
    else if (stream.endRemote()) stream.onRemoteEnd(block.headers);
    return !this.session.closed;
  }

  private reset(id: number, buf: Buffer, start: number, end: number): boolean {
    if (end - start !== 4) return this.fail(ERROR.frameSize);
    if (id === 0 || this.isIdle(id)) return this.fail(ERROR.protocol);
    const stream = this.session.streams.get(id);
    if (stream === undefined) return true;
    this.session.stats.counters.rx_reset.value++;
    stream.close();
    stream.onReset(readUint32(buf, start));
    return !this.session.closed;
  }

  private settings(flags: number, id: number, buf: Buffer, start: number, end: number): boolean {
    if (id !== 0) return this.fail(ERROR.protocol);
    if ((flags & FLAG_ACK) !== 0) return start === end || this.fail(ERROR.frameSize);
    if ((end - start) % 6 !== 0) return this.fail(ERROR.frameSize);
    for (let at = start; at < end; at += 6) {
      if (!this.setting((buf[at]! << 8) | buf[at + 1]!, readUint32(buf, at + 2))) return false;
    }
    this.session.pushControl(SETTINGS_ACK);
    this.session.owner.onSettings();
    return !this.session.closed;
  }

  private setting(name: number, value: number): boolean {
    const { session } = this;
    switch (name) {
      case SETTING.headerTableSize:
        session.encoder.resize(value);
        return true;
      case SETTING.enablePush:
        return value <= 1 || this.fail(ERROR.protocol);
      case SETTING.maxConcurrentStreams:
        session.peerConcurrentStreams = value;
        return true;
      case SETTING.initialWindowSize:
        if (value > WINDOW_BYTES_MAX) return this.fail(ERROR.flowControl);
        session.setInitialWindow(value);
        return !session.closed;
      case SETTING.maxFrameSize:
        if (value < 16_384 || value > 0xff_ffff) return this.fail(ERROR.protocol);
        // larger frames would only hold others up
        return true;
      case SETTING.enableConnectProtocol:
        session.peerAllowsConnect = value === 1;
        return true;
      default:
        return true;
    }
  }

  private ping(flags: number, id: number, buf: Buffer, start: number, end: number): boolean {
    if (id !== 0) return this.fail(ERROR.protocol);
    if (end - start !== 8) return this.fail(ERROR.frameSize);
    if ((flags & FLAG_ACK) !== 0) this.session.onPong();
    else this.session.pushControl(pingFrame(buf.toString('latin1', start, end), true));
    return !this.session.closed;
  }

  private windowUpdate(id: number, buf: Buffer, start: number, end: number): boolean {
    if (end - start !== 4) return this.fail(ERROR.frameSize);
    const bytes = readUint32(buf, start) & 0x7fff_ffff;
    if (!this.session.flood.onWindowUpdate()) return this.fail(ERROR.enhanceYourCalm);
    if (id === 0) {
      if (bytes === 0) return this.fail(ERROR.protocol);
      this.session.growWindow(bytes);
      return !this.session.closed;
    }
    if (this.isIdle(id)) return this.fail(ERROR.protocol);
    const stream = this.session.streams.get(id);
    if (stream === undefined) return true;
    if (bytes === 0) stream.fault(ERROR.protocol);
    else if (!stream.grow(bytes)) stream.fault(ERROR.flowControl);
    return !this.session.closed;
  }

  /** A stream that nobody opened yet. */
  private isIdle(id: number): boolean {
    const { session } = this;
    const peers = session.isServer ? id % 2 === 1 : id % 2 === 0;
    return peers ? id > session.lastPeerStream : !session.isServer && id >= session.nextStream;
  }

  private fail(code: number): false {
    this.session.fail(code);
    return false;
  }
}
