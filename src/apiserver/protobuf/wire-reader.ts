import { badRequest } from '../status-error.js';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** Reads the protobuf wire format. Throws BadRequest where the bytes end too soon. */
export class WireReader {
  private offset = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.offset >= this.bytes.length;
  }

  /** Field number and wire type. */
  tag(): { number: number; wireType: number } {
    const tag = Number(this.varint());
    return { number: Math.floor(tag / 8), wireType: tag & 7 };
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.offset++];
      if (byte === undefined) throw truncated();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw badRequest('the protobuf body has a number of more than 64 bits');
  }

  block(): Uint8Array {
    const length = Number(this.varint());
    const end = this.offset + length;
    if (end > this.bytes.length) throw truncated();
    const block = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return block;
  }

  double(): number {
    if (this.offset + 8 > this.bytes.length) throw truncated();
    const value = this.view.getFloat64(this.offset, true);
    this.offset += 8;
    return value;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === BYTES) this.block();
    else if (wireType === FIXED64) this.offset += 8;
    else if (wireType === FIXED32) this.offset += 4;
    else throw badRequest(`the protobuf body has wire type ${wireType}, which Kubernetes does not use`);
  }
}

function truncated() {
  return badRequest('the protobuf body ends in the middle of a field');
}
