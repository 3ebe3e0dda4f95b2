import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FRAME_HEADER_BYTES, FrameReader } from './frames.js';
import { encodeMessage } from './status.js';

function frame(body: Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + body.length);
  bytes[0] = flag;
  bytes.writeUInt32BE(body.length, 1);
  bytes.set(body, FRAME_HEADER_BYTES);
  return bytes;
}

test('gRPC frames: messages come out whole, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
      (bodies, cuts) => {
        const all = Buffer.concat(bodies.map((body) => frame(body)));
        const reader = new FrameReader(40);
        const got: Buffer[] = [];
        for (let at = 0, i = 0; at < all.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          got.push(...reader.push(all.subarray(at, end)));
          at = end;
        }
        assert.deepEqual(
          got.map((each) => [...each]),
          bodies.map((body) => [...body]),
        );
      },
    ),
  );
});

test('gRPC frames: a message one byte too large and one that is compressed are refused', () => {
  assert.equal(new FrameReader(10).push(frame(new Uint8Array(10))).length, 1);
  assert.throws(() => new FrameReader(10).push(frame(new Uint8Array(11))), { code: 8, message: /11 bytes is larger/ });
  assert.throws(() => new FrameReader(10).push(frame(new Uint8Array(1), 1)), { code: 12, message: /compressed/ });
});

test('gRPC status: a message is printable ASCII', () => {
  assert.equal(encodeMessage('a "b" 100%\nü'), 'a "b" 100%25%0A%C3%BC');
});
