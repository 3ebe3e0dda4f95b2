/**
 * Unsigned 64-bit arithmetic on two halves of 32 bits: a ring of millions of hashes is built in seconds, where BigInt would take
 * minutes. Every function works on one register, so that none allocates.
 */
export class U64 {
  constructor(
    public hi = 0,
    public lo = 0,
  ) {}

  static of(value: bigint): U64 {
    return new U64(Number(value >> 32n) | 0, Number(value & 0xffffffffn) | 0);
  }

  set(other: U64): this {
    this.hi = other.hi;
    this.lo = other.lo;
    return this;
  }

  add(other: U64): this {
    return this.addHalves(other.hi, other.lo);
  }

  addHalves(hi: number, lo: number): this {
    const sum = (this.lo >>> 0) + (lo >>> 0);
    this.lo = sum | 0;
    this.hi = (this.hi + hi + (sum > 0xffffffff ? 1 : 0)) | 0;
    return this;
  }

  sub(other: U64): this {
    const borrow = this.lo >>> 0 < other.lo >>> 0 ? 1 : 0;
    this.lo = (this.lo - other.lo) | 0;
    this.hi = (this.hi - other.hi - borrow) | 0;
    return this;
  }

  xorHalves(hi: number, lo: number): this {
    this.hi ^= hi;
    this.lo ^= lo;
    return this;
  }

  xor(other: U64): this {
    return this.xorHalves(other.hi, other.lo);
  }

  mul(other: U64): this {
    const a = this.lo;
    const b = other.lo;
    const hi = (Math.imul(this.hi, b) + Math.imul(a, other.hi) + mulHigh(a, b)) | 0;
    this.lo = Math.imul(a, b);
    this.hi = hi;
    return this;
  }

  /** @param by 1 to 31 */
  rotl(by: number): this {
    const { hi, lo } = this;
    this.hi = (hi << by) | (lo >>> (32 - by));
    this.lo = (lo << by) | (hi >>> (32 - by));
    return this;
  }

  /** `this ^= this >>> by`. @param by 1 to 63 */
  xorShift(by: number): this {
    const { hi, lo } = this;
    if (by < 32) return this.xorHalves(hi >>> by, (lo >>> by) | (hi << (32 - by)));
    this.lo ^= by === 32 ? hi : hi >>> (by - 32);
    return this;
  }

  toBigInt(): bigint {
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0);
  }
}

/** The upper 32 bits of the product of two unsigned numbers of 32 bits. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000)) | 0;
}
