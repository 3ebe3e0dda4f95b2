import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { TokenBucketSchema } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { compileBucketSize, FluidBucket } from './fluid-bucket.js';

test('a bucket gives its tokens and fills all the time', () => {
  const config = create(TokenBucketSchema, {
    maxTokens: 2,
    tokensPerFill: 1,
    fillInterval: { seconds: 1n, nanos: 0 },
  });
  const bucket = new FluidBucket(compileBucketSize(config, ''), 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
  assert.equal(bucket.wait_ms(0), 1_000);
  assert.equal(bucket.take(999), false);
  assert.equal(bucket.take(1_000), true);
  assert.equal(bucket.remaining(10_000), 2);
  assert.equal(bucket.wait_ms(10_000), 0);
});

test('an interval below 50 ms and an empty bucket are refused', () => {
  const interval = (nanos: number, maxTokens: number) => () =>
    compileBucketSize(create(TokenBucketSchema, { maxTokens, fillInterval: { seconds: 0n, nanos } }), 'bucket');
  assert.doesNotThrow(interval(50_000_000, 1));
  assert.throws(interval(49_000_000, 1), /bucket\.fill_interval: must be at least 50 ms/);
  assert.throws(interval(50_000_000, 0), /bucket\.max_tokens/);
});
