import type { Readable, Writable } from 'node:stream';
import { RuntimeError } from '../../errors.js';

/**
 * The protocol between control plane and node agent on a Unix socket: one connection for one call. Each frame is a type (1 byte),
 * a length (4 bytes, big endian) and so many bytes. The caller begins with `request`; the agent answers `accepted` or `failed`.
 */
export const FRAME = {
  /** JSON: {@link PodRequest}. */
  request: 0,
  stdin: 1,
  stdinEnd: 2,
  stdout: 3,
  stderr: 4,
  /** JSON: columns, rows. */
  resize: 5,
  accepted: 6,
  /** JSON: ExitStatus. The last frame. */
  exit: 7,
  /** JSON: status, reason, message of an ApiError. The last frame. */
  failed: 8,
} as const;

export type FrameType = (typeof FRAME)[keyof typeof FRAME];

export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

const HEAD_BYTES = 5;
/** Writers cut their data into less; a longer frame is none of ours. */
export const FRAME_BYTES_MAX = 1024 * 1024;
const DATA_BYTES_MAX = 64 * 1024;

export function encodeFrame(type: FrameType, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload as string);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = type;
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** The frames of a stream, read as fast as they are taken. Ends with the stream; FRAME_TOO_LONG where it is not our protocol. */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const length = rest.readUInt32BE(1);
      if (length > FRAME_BYTES_MAX)
        throw new RuntimeError('FRAME_TOO_LONG', `A frame of ${length} bytes came from the node agent's socket`);
      if (rest.length < HEAD_BYTES + length) break;
      yield { type: rest[0]!, payload: rest.subarray(HEAD_BYTES, HEAD_BYTES + length) };
      rest = rest.subarray(HEAD_BYTES + length);
    }
  }
}

/** Resolves when the stream takes more, or is gone. */
export function writeFrame(stream: Writable, type: FrameType, payload?: Buffer | string): Promise<void> {
  return writeChunk(stream, encodeFrame(type, payload));
}

export function writeChunk(stream: Writable, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.writableEnded || stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.once('drain', done).once('close', done).once('error', done);
  });
}

/** Sends all of a stream as frames, no faster than the socket takes them. */
export async function sendAll(from: AsyncIterable<Buffer | string>, to: Writable, type: FrameType): Promise<void> {
  for await (const chunk of from) {
    const bytes = Buffer.from(chunk as string);
    for (let start = 0; start < bytes.length; start += DATA_BYTES_MAX) {
      if (to.destroyed) return;
      await writeFrame(to, type, bytes.subarray(start, start + DATA_BYTES_MAX));
    }
  }
}
