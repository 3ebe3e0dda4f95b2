import { ipv4Bytes } from '../address.js';

/** Netlink's alignment of headers and attributes. */
const ALIGNMENT = 4;
const NLA_F_NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const HEADER_BYTES = 4;

export function align(length: number): number {
  return (length + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/** One attribute: length, type, value, padding. Numbers are in the byte order of the machine (little endian) but where said. */
export function attribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(align(HEADER_BYTES + value.length));
  bytes.writeUInt16LE(HEADER_BYTES + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

export function nested(type: number, ...children: Uint8Array[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(children));
}

export function u32Attribute(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return attribute(type, bytes);
}

/** In network byte order, as nf_tables wants its numbers. */
export function be32Attribute(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return attribute(type, bytes);
}

export function textAttribute(type: number, text: string): Buffer {
  return attribute(type, Buffer.from(`${text}\0`));
}

export function ipv4Attribute(type: number, address: string): Buffer {
  return attribute(type, ipv4Bytes(address));
}

/** Reads attributes up to the end or the first that does not fit. */
export function parseAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2) & TYPE_MASK, bytes.subarray(at + HEADER_BYTES, at + length));
    at += align(length);
  }
  return found;
}
