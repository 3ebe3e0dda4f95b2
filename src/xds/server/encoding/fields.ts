const TAG_LENGTH_DELIMITED = 2;
const TAG_TYPE_BITS = 3;
const VARINT_BITS = 7;
const VARINT_MORE = 0x80;

/** Of a number as protobuf writes it. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= VARINT_MORE; rest = Math.floor(rest / VARINT_MORE)) size++;
  return size;
}

/** @returns the place after it */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  let place = at;
  while (rest >= VARINT_MORE) {
    into[place++] = (rest & (VARINT_MORE - 1)) | VARINT_MORE;
    rest = Math.floor(rest / 2 ** VARINT_BITS);
  }
  into[place++] = rest;
  return place;
}

/** Of a string, bytes or a message in a field below 16. */
export function fieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes;
}

/** Tag and length of a string, bytes or a message in a field below 16. @returns the place after them */
export function writeFieldHead(into: Uint8Array, at: number, field: number, bytes: number): number {
  into[at] = (field << TAG_TYPE_BITS) | TAG_LENGTH_DELIMITED;
  return writeVarint(into, at + 1, bytes);
}

/** A field whose value is text. */
export function textField(field: number, text: string): Uint8Array {
  const value = Buffer.from(text);
  const bytes = Buffer.allocUnsafe(fieldSize(value.length));
  bytes.set(value, writeFieldHead(bytes, 0, field, value.length));
  return bytes;
}
