import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGrpcTimeout, grpcTimeout_ms } from './grpc-timeout.js';

test('grpc-timeout: every unit is read, rounded up to milliseconds', () => {
  const read = ['1H', '2M', '3S', '4m', '5u', '6n', '0S'].map(grpcTimeout_ms);
  assert.deepEqual(read, [3_600_000, 120_000, 3_000, 4, 1, 1, 0]);
});

test('grpc-timeout: what is none is none', () => {
  for (const value of [undefined, '', '1', 'S', '-1S', '1.5S', '123456789S', '1s', ' 1S'])
    assert.equal(grpcTimeout_ms(value), undefined, String(value));
});

test('grpc-timeout: the smallest unit that holds the time is written', () => {
  assert.deepEqual([150, 99_999_999, 100_000_000, 1e12].map(formatGrpcTimeout), [
    '150m',
    '99999999m',
    '100000S',
    '16666666M',
  ]);
});
