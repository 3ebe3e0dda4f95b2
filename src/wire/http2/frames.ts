import { ERROR, FLAG_ACK, FLAG_END_HEADERS, FLAG_END_STREAM, FRAME } from './constants.js';

/** RFC 9113 §4.1, as latin1 text. */
export function frameHead(length: number, type: number, flags: number, stream: number): string {
  return String.fromCharCode(
    length >>> 16,
    (length >>> 8) & 0xff,
    length & 0xff,
    type,
    flags,
    stream >>> 24,
    (stream >>> 16) & 0xff,
    (stream >>> 8) & 0xff,
    stream & 0xff,
  );
}

/** A header block in as many frames as the peer's frame size needs. */
export function headersFrames(stream: number, block: string, end: boolean, frame_bytes: number): string {
  const flags = end ? FLAG_END_STREAM : 0;
  if (block.length <= frame_bytes)
    return frameHead(block.length, FRAME.headers, flags | FLAG_END_HEADERS, stream) + block;
  let out = frameHead(frame_bytes, FRAME.headers, flags, stream) + block.slice(0, frame_bytes);
  for (let at = frame_bytes; at < block.length; at += frame_bytes) {
    const part = block.slice(at, at + frame_bytes);
    const last = at + frame_bytes >= block.length ? FLAG_END_HEADERS : 0;
    out += frameHead(part.length, FRAME.continuation, last, stream) + part;
  }
  return out;
}

export function settingsFrame(settings: readonly (readonly [number, number])[]): string {
  const body = settings.map(([id, value]) => String.fromCharCode(id >>> 8, id & 0xff) + uint32(value)).join('');
  return frameHead(body.length, FRAME.settings, 0, 0) + body;
}

export const SETTINGS_ACK = frameHead(0, FRAME.settings, FLAG_ACK, 0);

/** @param opaque eight bytes, latin1 */
export function pingFrame(opaque: string, ack: boolean): string {
  return frameHead(8, FRAME.ping, ack ? FLAG_ACK : 0, 0) + opaque;
}

export function goawayFrame(lastStream: number, code: number): string {
  return frameHead(8, FRAME.goaway, 0, 0) + uint32(lastStream) + uint32(code);
}

export function resetFrame(stream: number, code: number): string {
  return frameHead(4, FRAME.resetStream, 0, stream) + uint32(code);
}

export function windowUpdateFrame(stream: number, bytes: number): string {
  return frameHead(4, FRAME.windowUpdate, 0, stream) + uint32(bytes);
}

export function readUint32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
}

const ERROR_NAMES = new Map<number, string>(Object.entries(ERROR).map(([name, code]) => [code, name]));

export function errorName(code: number): string {
  return ERROR_NAMES.get(code) ?? `error ${code}`;
}

function uint32(value: number): string {
  return String.fromCharCode((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
