import { DEFAULT_TABLE_BYTES } from './constants.js';
import { DynamicTable, STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from './hpack-table.js';

/** Fields whose values hardly come again: an entry in the table would push out better ones. */
const PASSING = new Set(
  (
    ':path content-length date etag last-modified location x-request-id x-envoy-upstream-service-time x-envoy-expected-rq-timeout-ms ' +
    'x-b3-traceid x-b3-spanid x-b3-parentspanid traceparent grpc-timeout age expires set-cookie cookie x-forwarded-for'
  ).split(' '),
);
/** RFC 7541 §7.1.3: what must not be in any table on the way. */
const SECRET = new Set(['authorization', 'proxy-authorization']);

/** Values longer than this are not worth an entry. */
const INDEXED_VALUE_BYTES_MAX = 256;

const NAME_INDEX = new Map<string, number>();
const FIELD_INDEX = new Map<string, number>();
for (let i = STATIC_COUNT; i > 0; i--) {
  NAME_INDEX.set(STATIC_NAMES[i]!, i);
  if (STATIC_VALUES[i] !== '') FIELD_INDEX.set(`${STATIC_NAMES[i]}\0${STATIC_VALUES[i]}`, i);
}

/**
 * RFC 7541: writes header blocks of one connection, as latin1 text. Strings are never Huffman coded: a proxy's network is fast, and
 * the coding costs more than the bytes.
 */
export class HpackEncoder {
  private table = new DynamicTable(DEFAULT_TABLE_BYTES);
  /** Number of the entry of `name\0value`. */
  private readonly entries = new Map<string, number>();
  private sizeUpdate: number | undefined;

  /** What the peer's SETTINGS allow; more than the default is not used. */
  resize(limit_bytes: number): void {
    const size = Math.min(limit_bytes, DEFAULT_TABLE_BYTES);
    this.table.resize(size);
    this.sizeUpdate = size;
  }

  /** What stands before the first field of a block. */
  begin(): string {
    if (this.sizeUpdate === undefined) return '';
    const update = integer(this.sizeUpdate, 5, 0x20);
    this.sizeUpdate = undefined;
    return update;
  }

  field(name: string, value: string): string {
    const key = `${name}\0${value}`;
    const fixed = FIELD_INDEX.get(key);
    if (fixed !== undefined) return String.fromCharCode(0x80 | fixed);
    const nameIndex = NAME_INDEX.get(name) ?? 0;
    if (SECRET.has(name)) return literal(0x10, 4, nameIndex, name, value);
    if (PASSING.has(name) || value.length > INDEXED_VALUE_BYTES_MAX) return literal(0, 4, nameIndex, name, value);
    const known = this.entries.get(key);
    if (known !== undefined && known >= this.table.oldest) {
      return integer(STATIC_COUNT + this.table.total - known, 7, 0x80);
    }
    this.forget();
    const number = this.table.total;
    if (this.table.add(name, value)) this.entries.set(key, number);
    return literal(0x40, 6, nameIndex, name, value);
  }

  /** Entries that left the table leave the map in bulk. */
  private forget(): void {
    if (this.entries.size < 2 * this.table.count + 64) return;
    for (const [key, number] of this.entries) if (number < this.table.oldest) this.entries.delete(key);
  }
}

function literal(pattern: number, bits: number, nameIndex: number, name: string, value: string): string {
  const head = integer(nameIndex, bits, pattern);
  return nameIndex === 0 ? head + string(name) + string(value) : head + string(value);
}

function string(text: string): string {
  return text.length < 127 ? String.fromCharCode(text.length) + text : integer(text.length, 7, 0) + text;
}

/** RFC 7541 §5.1. */
function integer(value: number, bits: number, pattern: number): string {
  const mask = (1 << bits) - 1;
  if (value < mask) return String.fromCharCode(pattern | value);
  let out = String.fromCharCode(pattern | mask);
  let left = value - mask;
  while (left >= 128) {
    out += String.fromCharCode((left & 0x7f) | 0x80);
    left = Math.floor(left / 128);
  }
  return out + String.fromCharCode(left);
}
