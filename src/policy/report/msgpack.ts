import type { LogValue } from './log-sink.js';

type Packable = LogValue | readonly Packable[] | { readonly [key: string]: Packable };

const FIX_STRING_MAX_BYTES = 31;
const FIX_COUNT_MAX = 15;

/** A value in MessagePack, as fluentd's forward protocol takes it. */
export function pack(value: Packable): Buffer {
  const parts: Buffer[] = [];
  add(value, parts);
  return Buffer.concat(parts);
}

function add(value: Packable, into: Buffer[]): void {
  if (typeof value === 'string') addString(value, into);
  else if (typeof value === 'number') into.push(packNumber(value));
  else if (typeof value === 'boolean') into.push(Buffer.from([value ? 0xc3 : 0xc2]));
  else if (Array.isArray(value)) {
    into.push(header(value.length, 0x90, 0xdd));
    for (const item of value as readonly Packable[]) add(item, into);
  } else {
    const entries = Object.entries(value as Readonly<Record<string, Packable>>);
    into.push(header(entries.length, 0x80, 0xdf));
    for (const [key, inner] of entries) {
      addString(key, into);
      add(inner, into);
    }
  }
}

function addString(text: string, into: Buffer[]): void {
  const bytes = Buffer.from(text);
  if (bytes.length <= FIX_STRING_MAX_BYTES) into.push(Buffer.from([0xa0 | bytes.length]));
  else into.push(uint32(0xdb, bytes.length));
  into.push(bytes);
}

/** Of a list or map: up to 15 in the first byte, else in 32 bits; the form between needs no code of its own. */
function header(count: number, fixed: number, wide: number): Buffer {
  return count <= FIX_COUNT_MAX ? Buffer.from([fixed | count]) : uint32(wide, count);
}

function uint32(tag: number, value: number): Buffer {
  const buffer = Buffer.alloc(5, tag);
  buffer.writeUInt32BE(value, 1);
  return buffer;
}

function packNumber(value: number): Buffer {
  const buffer = Buffer.alloc(9);
  if (Number.isSafeInteger(value)) {
    buffer[0] = 0xd3;
    buffer.writeBigInt64BE(BigInt(value), 1);
  } else {
    buffer[0] = 0xcb;
    buffer.writeDoubleBE(value, 1);
  }
  return buffer;
}
