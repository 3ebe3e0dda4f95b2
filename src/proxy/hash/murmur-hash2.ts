import { U64 } from './u64.js';

const M = U64.of(0xc6a4a7935bd1e995n);
const SHIFT = 47;
/** The seed of libstdc++'s std::hash, which Envoy's MURMUR_HASH_2 repeats. */
const SEED = 0xc70f6907;

const hash = new U64();
const word = new U64();

/** MurmurHash64A of the UTF-8 bytes, with the seed that Envoy's rings have. */
export function murmurHash2(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  word.hi = 0;
  word.lo = bytes.length;
  word.mul(M);
  hash.hi = 0;
  hash.lo = SEED | 0;
  hash.xor(word);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    word.lo = bytes.readInt32LE(at);
    word.hi = bytes.readInt32LE(at + 4);
    hash.xor(word.mul(M).xorShift(SHIFT).mul(M)).mul(M);
  }
  if (at < bytes.length) {
    word.hi = 0;
    word.lo = 0;
    for (let i = bytes.length - at - 1; i >= 0; i--) {
      if (i >= 4) word.hi |= bytes[at + i]! << (8 * (i - 4));
      else word.lo |= bytes[at + i]! << (8 * i);
    }
    hash.xor(word).mul(M);
  }
  return hash.xorShift(SHIFT).mul(M).xorShift(SHIFT).toBigInt();
}
