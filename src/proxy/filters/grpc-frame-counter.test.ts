import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrpcFrameCounter } from './grpc-frame-counter.js';

function frame(body: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

test('messages are counted wherever the body is split', () => {
  const body = Buffer.concat([frame('abc'), frame(''), frame('x'.repeat(300))]);
  for (let size = 1; size <= body.length; size++) {
    const counter = new GrpcFrameCounter();
    let count = 0;
    for (let at = 0; at < body.length; at += size) count += counter.count(body, at, Math.min(body.length, at + size));
    assert.equal(count, 3, `chunks of ${size}`);
  }
});
