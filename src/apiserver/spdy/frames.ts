/** SPDY/3.1 frames (draft-mbelshe-httpbis-spdy-00, section 2.2), as far as port-forward uses them. */

export const TYPE = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;

const VERSION = 3;
const HEADER_BYTES = 8;
/** kubectl copies 32 kB at a time. */
const FRAME_BYTES_MAX = 1024 * 1024;
const FLAG_FIN = 1;
const STREAM_ID_MASK = 0x7fffffff;

export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly isLast: boolean; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly isLast: boolean; readonly payload: Buffer };

/** Cuts a byte stream into frames. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @throws Error at what is no SPDY/3 */
  *read(chunk: Buffer): Generator<SpdyFrame> {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= HEADER_BYTES) {
      const length = this.rest.readUIntBE(5, 3);
      if (length > FRAME_BYTES_MAX) throw new RangeError(`a frame of ${length} bytes is more than ${FRAME_BYTES_MAX}`);
      if (this.rest.length < HEADER_BYTES + length) return;
      const frame = frameOf(
        this.rest.subarray(0, HEADER_BYTES),
        this.rest.subarray(HEADER_BYTES, HEADER_BYTES + length),
      );
      this.rest = this.rest.subarray(HEADER_BYTES + length);
      yield frame;
    }
  }
}

function frameOf(header: Buffer, payload: Buffer): SpdyFrame {
  const word = header.readUInt32BE(0);
  const isLast = (header[4]! & FLAG_FIN) !== 0;
  if (word <= STREAM_ID_MASK) return { kind: 'data', stream: word, isLast, payload };
  const version = (word >>> 16) & 0x7fff;
  if (version !== VERSION) throw new RangeError(`a frame of SPDY version ${version}, not ${VERSION}`);
  return { kind: 'control', type: word & 0xffff, isLast, payload };
}

export function dataFrame(stream: number, payload: Buffer, isLast = false): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(stream);
  header.writeUInt8(isLast ? FLAG_FIN : 0, 4);
  header.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([header, payload]);
}

export function controlFrame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0x8000 | VERSION);
  header.writeUInt16BE(type, 2);
  header.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([header, payload]);
}

/** The stream that a control frame's payload starts with. */
export function streamOf(payload: Buffer): number {
  return payload.readUInt32BE(0) & STREAM_ID_MASK;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
