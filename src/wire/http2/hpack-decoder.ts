import { DynamicTable, STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from './hpack-table.js';
import { huffmanDecode } from './huffman.js';

/** RFC 7541 §5.1: more bytes of an integer than any length or index needs. */
const INTEGER_BYTES_MAX = 5;

/** Takes one field of a block. @returns false to stop: the rest is read for the table alone, and not told */
export type FieldSink = (name: string, value: string) => boolean;

/** RFC 7541: reads header blocks of one connection, in their order. */
export class HpackDecoder {
  private readonly table: DynamicTable;
  private at = 0;
  private end = 0;
  private buf: Uint8Array = EMPTY;
  private failed = false;

  /** @param limit_bytes what our SETTINGS allow the peer's table */
  constructor(private readonly limit_bytes: number) {
    this.table = new DynamicTable(limit_bytes);
  }

  /** @returns false when the block is not valid: the connection cannot go on (RFC 9113 §4.3) */
  decode(buf: Uint8Array, start: number, end: number, sink: FieldSink): boolean {
    this.buf = buf;
    this.at = start;
    this.end = end;
    this.failed = false;
    let wanted = true;
    let began = false;
    while (this.at < end && !this.failed) {
      const first = buf[this.at]!;
      if ((first & 0xe0) === 0x20) {
        if (began) return false; // §4.2: at the beginning only
        const size = this.integer(5);
        if (size > this.limit_bytes) return false;
        this.table.resize(size);
        continue;
      }
      began = true;
      wanted = this.field(first, sink, wanted);
    }
    return !this.failed;
  }

  private field(first: number, sink: FieldSink, wanted: boolean): boolean {
    if (first >= 0x80) {
      const index = this.integer(7);
      const name = this.nameOf(index);
      if (this.failed) return wanted;
      const value = index <= STATIC_COUNT ? STATIC_VALUES[index]! : this.table.valueAt(index - STATIC_COUNT - 1);
      return wanted && sink(name, value);
    }
    const indexed = (first & 0xc0) === 0x40;
    const index = this.integer(indexed ? 6 : 4);
    const name = index === 0 ? this.string() : this.nameOf(index);
    const value = this.string();
    if (this.failed) return wanted;
    if (indexed) this.table.add(name, value);
    return wanted && sink(name, value);
  }

  private nameOf(index: number): string {
    if (index > 0 && index <= STATIC_COUNT) return STATIC_NAMES[index]!;
    const dynamic = index - STATIC_COUNT - 1;
    if (dynamic >= 0 && dynamic < this.table.count) return this.table.nameAt(dynamic);
    this.failed = true;
    return '';
  }

  private integer(bits: number): number {
    const mask = (1 << bits) - 1;
    let value = this.buf[this.at++]! & mask;
    if (value < mask) return value;
    let factor = 1;
    for (let i = 0; i < INTEGER_BYTES_MAX && this.at < this.end; i++) {
      const byte = this.buf[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    this.failed = true;
    return 0;
  }

  private string(): string {
    if (this.failed || this.at >= this.end) {
      this.failed = true;
      return '';
    }
    const huffman = this.buf[this.at]! >= 0x80;
    const length = this.integer(7);
    const start = this.at;
    if (this.failed || start + length > this.end) {
      this.failed = true;
      return '';
    }
    this.at = start + length;
    if (!huffman) return Buffer.prototype.latin1Slice.call(this.buf, start, this.at);
    const text = huffmanDecode(this.buf, start, this.at);
    if (text === undefined) this.failed = true;
    return text ?? '';
  }
}

const EMPTY = new Uint8Array(0);
