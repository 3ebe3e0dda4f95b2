import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmurHash2 } from './murmur-hash2.js';
import { U64 } from './u64.js';
import { xxHash64 } from './xxhash64.js';

const MASK = 0xffffffffffffffffn;

test('xxHash64: vectors of the reference implementation, below and above a stripe', () => {
  const vectors: readonly (readonly [string, bigint])[] = [
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
  ];
  for (const [text, hash] of vectors) assert.equal(xxHash64(text), hash, text);
  assert.notEqual(xxHash64('a', 1n), xxHash64('a'));
});

test('murmurHash2: as std::hash of libstdc++', () => {
  const vectors: readonly (readonly [string, bigint])[] = [
    ['', 0x553e93901e462a6en],
    ['1', 0x8cff77adfacb8ea3n],
    ['foobar12', 0xab8abaea72a8990n],
    ['127.0.0.1:8080_17', 0x31d6f52c97eda37bn],
  ];
  for (const [text, hash] of vectors) assert.equal(murmurHash2(text), hash, text);
});

test('U64: as BigInt computes modulo 2^64', () => {
  const values = [
    0n,
    1n,
    0xffffffffn,
    0x100000000n,
    0x9e3779b185ebca87n,
    0xfffffffffffffffbn,
    0x8000000080000000n,
    MASK,
  ];
  for (const a of values) {
    for (const b of values) {
      assert.equal(U64.of(a).add(U64.of(b)).toBigInt(), (a + b) & MASK, `${a} + ${b}`);
      assert.equal(U64.of(a).sub(U64.of(b)).toBigInt(), (a - b) & MASK, `${a} - ${b}`);
      assert.equal(U64.of(a).mul(U64.of(b)).toBigInt(), (a * b) & MASK, `${a} * ${b}`);
    }
    for (const by of [1, 31])
      assert.equal(U64.of(a).rotl(by).toBigInt(), ((a << BigInt(by)) | (a >> BigInt(64 - by))) & MASK);
    for (const by of [1, 29, 32, 33, 47]) assert.equal(U64.of(a).xorShift(by).toBigInt(), a ^ (a >> BigInt(by)));
  }
});
