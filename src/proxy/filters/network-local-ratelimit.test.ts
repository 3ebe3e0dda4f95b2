import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { FakeClock } from '../../base/fake-clock.js';
import {
  type LocalRateLimit,
  LocalRateLimitSchema,
} from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { TokenBucketSchema } from '../../xds/types/gen/envoy/type/v3/token_bucket_pb.js';
import { ConnectionInfo } from '../http/stream-info.js';
import type { GateFilter } from '../listener/network-filter.js';
import { fakeContext } from '../testing/fake-context.js';
import type { NetworkFilterEnvironment } from './network-filters.js';
import { compileNetworkLocalRateLimit } from './network-local-ratelimit.js';

function compile(tokenBucket: LocalRateLimit['tokenBucket']): { filter: GateFilter; clock: FakeClock } {
  const clock = new FakeClock();
  const any = anyPack(LocalRateLimitSchema, create(LocalRateLimitSchema, { statPrefix: 'x', tokenBucket }));
  const environment = { context: fakeContext(clock) } as NetworkFilterEnvironment;
  return { filter: compileNetworkLocalRateLimit(any, environment, 'f'), clock };
}

test('connections that come quicker than the bucket fills are closed; it fills all the time', () => {
  const { filter, clock } = compile(
    create(TokenBucketSchema, { maxTokens: 1, tokensPerFill: 100, fillInterval: { seconds: 20n, nanos: 0 } }),
  );
  const info = new ConnectionInfo('192.0.2.1', 1, '192.0.2.2', 2);
  const admit = () => filter.admit(info, () => {});
  assert.equal(admit(), 'pass');
  assert.equal(admit(), 'close');
  clock.advance(199);
  assert.equal(admit(), 'close');
  clock.advance(1);
  assert.equal(admit(), 'pass');
});

test('a limit without a bucket is refused', () => {
  assert.throws(() => compile(undefined), /f\.token_bucket: value is required/);
});
