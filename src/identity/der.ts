/**
 * The few ASN.1 types that a certificate is made of, in distinguished encoding (X.690). Node reads certificates and makes keys
 * and signatures, but does not write certificates; that is all that is missing, so there is no library for it here.
 */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Bit of a tag that says: the contents are encoded values themselves. */
const CONSTRUCTED = 0x20;
const CONTEXT_SPECIFIC = 0x80;

function encode(tag: number, contents: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), length(contents.length), contents]);
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const octets: number[] = [];
  for (let rest = bytes; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.sequence, Buffer.concat(parts));
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.set, Buffer.concat(parts));
}

/** @param magnitude big-endian, of a number that is not negative */
export function integer(magnitude: Uint8Array): Buffer {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = Buffer.from(magnitude.subarray(start));
  // A first bit of 1 would make it negative.
  return encode(TAG.integer, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function boolean(value: boolean): Buffer {
  return encode(TAG.boolean, Buffer.of(value ? 0xff : 0));
}

/** @param dotted for example `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(TAG.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const octets = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift(0x80 | (rest & 0x7f));
  return octets;
}

export function utf8String(text: string): Buffer {
  return encode(TAG.utf8String, Buffer.from(text));
}

export function octetString(contents: Uint8Array): Buffer {
  return encode(TAG.octetString, contents);
}

/** @param unusedBits how many of the last octet's bits do not count */
export function bitString(contents: Uint8Array, unusedBits = 0): Buffer {
  return encode(TAG.bitString, Buffer.concat([Buffer.of(unusedBits), contents]));
}

/** RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime after; to the second. */
export function time(epoch_ms: number): Buffer {
  const date = new Date(epoch_ms);
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  if (date.getUTCFullYear() < 2050) return encode(TAG.utcTime, Buffer.from(digits.slice(2)));
  return encode(TAG.generalizedTime, Buffer.from(digits));
}

/** `[number]` around other values. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return encode(CONTEXT_SPECIFIC | CONSTRUCTED | number, Buffer.concat(parts));
}

/** `[number] IMPLICIT` in place of a primitive type's own tag. */
export function implicit(number: number, contents: Uint8Array): Buffer {
  return encode(CONTEXT_SPECIFIC | number, contents);
}
