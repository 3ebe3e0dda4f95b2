import { U64 } from './u64.js';

const P1 = U64.of(0x9e3779b185ebca87n);
const P2 = U64.of(0xc2b2ae3d27d4eb4fn);
const P3 = U64.of(0x165667b19e3779f9n);
const P4 = U64.of(0x85ebca77c2b2ae63n);
const P5 = U64.of(0x27d4eb2f165667c5n);

const STRIPE_BYTES = 32;

const hash = new U64();
const lane = new U64();
const word = new U64();
const lanes = [new U64(), new U64(), new U64(), new U64()] as const;

/** xxHash's 64-bit variant (XXH64) of the UTF-8 bytes: what Envoy's rings, tables and hash policies are made of. */
export function xxHash64(text: string, seed = 0n): bigint {
  return xxHash64Bytes(Buffer.from(text, 'utf8'), seed);
}

export function xxHash64Bytes(bytes: Buffer, seed = 0n): bigint {
  const start = U64.of(seed);
  const length = bytes.length;
  let at = 0;
  if (length >= STRIPE_BYTES) at = stripes(bytes, start);
  else hash.set(start).add(P5);
  hash.addHalves(0, length);
  return tail(bytes, at);
}

/** @returns where the bytes that fill no stripe begin */
function stripes(bytes: Buffer, seed: U64): number {
  lanes[0].set(seed).add(P1).add(P2);
  lanes[1].set(seed).add(P2);
  lanes[2].set(seed);
  lanes[3].set(seed).sub(P1);
  let at = 0;
  for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) {
    for (let i = 0; i < 4; i++) round(lanes[i]!, read(bytes, at + i * 8));
  }
  hash.set(lane.set(lanes[0]).rotl(1));
  hash.add(lane.set(lanes[1]).rotl(7)).add(lane.set(lanes[2]).rotl(12)).add(lane.set(lanes[3]).rotl(18));
  for (const each of lanes) {
    lane.hi = 0;
    lane.lo = 0;
    hash.xor(round(lane, each)).mul(P1).add(P4);
  }
  return at;
}

function tail(bytes: Buffer, from: number): bigint {
  let at = from;
  for (; at + 8 <= bytes.length; at += 8) {
    lane.hi = 0;
    lane.lo = 0;
    hash
      .xor(round(lane, read(bytes, at)))
      .rotl(27)
      .mul(P1)
      .add(P4);
  }
  if (at + 4 <= bytes.length) {
    word.hi = 0;
    word.lo = bytes.readInt32LE(at);
    hash.xor(word.mul(P1)).rotl(23).mul(P2).add(P3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    word.hi = 0;
    word.lo = bytes[at]!;
    hash.xor(word.mul(P5)).rotl(11).mul(P1);
  }
  return hash.xorShift(33).mul(P2).xorShift(29).mul(P3).xorShift(32).toBigInt();
}

function round(accumulator: U64, input: U64): U64 {
  word.set(input).mul(P2);
  return accumulator.add(word).rotl(31).mul(P1);
}

function read(bytes: Buffer, at: number): U64 {
  word.lo = bytes.readInt32LE(at);
  word.hi = bytes.readInt32LE(at + 4);
  return word;
}
