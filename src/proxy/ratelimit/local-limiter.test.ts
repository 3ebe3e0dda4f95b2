import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { LocalRateLimitDescriptorSchema } from '../../xds/types/gen/envoy/extensions/common/ratelimit/v3/ratelimit_pb.js';
import { TokenBucketSchema } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { compileLimiterPlan, LocalLimiter } from './local-limiter.js';

const bucket = (maxTokens: number) => create(TokenBucketSchema, { maxTokens, fillInterval: { seconds: 3600n } });
const descriptor = (value: string, tokens: number) =>
  create(LocalRateLimitDescriptorSchema, { entries: [{ key: 'k', value }], tokenBucket: bucket(tokens) });
const named = (value: string) => [{ entries: [{ key: 'k', value }] }];

test('a descriptor has its own bucket, besides the one of all', () => {
  const plan = compileLimiterPlan(bucket(3), [descriptor('a', 1)], true, '');
  const limiter = new LocalLimiter(plan, 0);
  assert.equal(limiter.admit(named('a'), 0).allowed, true);
  assert.equal(limiter.admit(named('a'), 0).allowed, false);
  assert.equal(limiter.admit(named('b'), 0).allowed, true);
  assert.equal(limiter.admit([], 0).allowed, true);
  assert.equal(limiter.admit([], 0).allowed, false);
});

test('a descriptor spares the bucket of all where that is asked for', () => {
  const limiter = new LocalLimiter(compileLimiterPlan(bucket(1), [descriptor('a', 2)], false, ''), 0);
  assert.deepEqual(
    [limiter.admit(named('a'), 0), limiter.admit(named('a'), 0), limiter.admit([], 0)].map(({ allowed }) => allowed),
    [true, true, true],
  );
});

test('without any bucket all pass; the same descriptor twice is refused', () => {
  assert.equal(new LocalLimiter(compileLimiterPlan(undefined, [], true, ''), 0).admit([], 0).allowed, true);
  const twice = (): unknown => compileLimiterPlan(bucket(1), [descriptor('a', 1), descriptor('a', 2)], true, 'x');
  assert.throws(twice, /x\.descriptors: duplicate descriptor/);
});
