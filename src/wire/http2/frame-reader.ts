import { FLAG_END_STREAM, FLAG_PADDED, FRAME, FRAME_HEAD_BYTES } from './constants.js';
import { readUint32 } from './frames.js';

/** What a {@link FrameReader} finds; bytes are valid during the call only. */
export interface FrameSink {
  /** @returns false to stop reading: the connection ended */
  onFrame(type: number, flags: number, stream: number, buf: Buffer, start: number, end: number): boolean;
  /**
   * A part of a DATA frame, so that a body is not copied together.
   * @param flow bytes that count for flow control: those of the part, and at the frame's end also its padding
   * @param last the frame's last part, with END_STREAM
   * @param whole nothing of the frame follows
   */
  onData(stream: number, buf: Buffer, start: number, end: number, flow: number, last: boolean, whole: boolean): boolean;
  /** @param frame type of the frame that is longer than our SETTINGS allow */
  onTooLong(frame: number): void;
}

/** RFC 9113 §4: cuts the bytes of one connection into frames. */
export class FrameReader {
  private stash: Buffer | undefined;
  /** Of a DATA frame that is passed on in parts. */
  private dataLeft = 0;
  private dataStream = 0;
  private dataFlags = 0;

  constructor(
    private readonly frame_bytes_max: number,
    private readonly sink: FrameSink,
  ) {}

  read(buf: Buffer, start: number, end: number): void {
    if (this.stash !== undefined) {
      const joined = Buffer.concat([this.stash, buf.subarray(start, end)]);
      this.stash = undefined;
      this.cut(joined, 0, joined.length);
    } else {
      this.cut(buf, start, end);
    }
  }

  private cut(buf: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.dataLeft > 0) {
        const until = Math.min(end, at + this.dataLeft);
        this.dataLeft -= until - at;
        if (!this.dataPart(buf, at, until, until - at)) return;
        at = until;
        continue;
      }
      if (end - at < FRAME_HEAD_BYTES) break;
      const length = (buf[at]! << 16) | (buf[at + 1]! << 8) | buf[at + 2]!;
      const type = buf[at + 3]!;
      if (length > this.frame_bytes_max) {
        this.sink.onTooLong(type);
        return;
      }
      const flags = buf[at + 4]!;
      const stream = readUint32(buf, at + 5) & 0x7fff_ffff;
      const body = at + FRAME_HEAD_BYTES;
      if (type === FRAME.data && (flags & FLAG_PADDED) === 0 && length > 0 && stream !== 0) {
        this.dataLeft = length;
        this.dataStream = stream;
        this.dataFlags = flags;
        at = body;
        continue;
      }
      if (end - body < length) break;
      if (!this.sink.onFrame(type, flags, stream, buf, body, body + length)) return;
      at = body + length;
    }
    if (at < end) this.stash = Buffer.from(buf.subarray(at, end));
  }

  private dataPart(buf: Buffer, start: number, end: number, flow: number): boolean {
    const whole = this.dataLeft === 0;
    const last = whole && (this.dataFlags & FLAG_END_STREAM) !== 0;
    return this.sink.onData(this.dataStream, buf, start, end, flow, last, whole);
  }
}
