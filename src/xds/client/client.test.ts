import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { SeededRandom } from '../../base/random.js';
import { NodeSchema } from '../types/gen/envoy/config/core/v3/base_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { Backoff, LOCAL_BACKOFF } from './backoff.js';
import { DeltaWire } from './delta-wire.js';
import { PENDING_ANSWERS_MAX, RequestQueue } from './request-queue.js';
import { TypeSubscription } from './type-subscription.js';
import { readDelta } from './update.js';

const TYPE = 'type.example.org/T';

test('back-off: grows to its limit, jittered, and starts anew after a success', () => {
  const backoff = new Backoff(new SeededRandom(7));
  const waits_ms = Array.from({ length: 40 }, () => backoff.next());
  assert.ok(waits_ms[0]! <= LOCAL_BACKOFF.base_ms);
  assert.ok(waits_ms.every((wait_ms) => wait_ms >= 0 && wait_ms <= LOCAL_BACKOFF.max_ms));
  assert.ok(Math.max(...waits_ms) > LOCAL_BACKOFF.max_ms / 2);
  assert.ok(new Set(waits_ms).size > 30);
  backoff.reset();
  assert.ok(backoff.next() <= LOCAL_BACKOFF.base_ms);
});

test('subscription: the server is told the difference, and on a new stream all, with what is held', () => {
  const subscription = new TypeSubscription(TYPE);
  subscription.streamStarted();
  assert.equal(subscription.takeChange(), undefined, 'no names at first would mean all');
  subscription.want(['a', 'b']);
  assert.deepEqual(subscription.takeChange(), { subscribe: ['a', 'b'], unsubscribe: [], initialVersions: {} });
  subscription.versions.set('a', '1').set('b', '1');
  subscription.want(['b', 'c']);
  assert.deepEqual(subscription.takeChange(), { subscribe: ['c'], unsubscribe: ['a'], initialVersions: {} });
  assert.equal(subscription.takeChange(), undefined);
  subscription.streamStarted();
  assert.deepEqual(subscription.takeChange(), { subscribe: ['b', 'c'], unsubscribe: [], initialVersions: { b: '1' } });
});

test('requests: the node goes with the first one alone, answers before changes, and one answer too many is refused', async () => {
  const subscription = new TypeSubscription(TYPE);
  subscription.want('*');
  const queue = new RequestQueue(new DeltaWire(), create(NodeSchema, { id: 'n' }), new Map([[TYPE, subscription]]));
  for (let i = 0; i < PENDING_ANSWERS_MAX; i++) assert.ok(queue.answer(create(DeltaDiscoveryRequestSchema)));
  assert.equal(queue.answer(create(DeltaDiscoveryRequestSchema)), false);
  const requests = queue[Symbol.asyncIterator]();
  const taken = [];
  for (let i = 0; i <= PENDING_ANSWERS_MAX; i++) taken.push((await requests.next()).value);
  assert.equal(taken.filter((each) => each?.node).length, 1);
  assert.equal(taken[0]?.node?.id, 'n');
  assert.deepEqual(taken.at(-1)?.resourceNamesSubscribe, ['*']);
  queue.end();
  assert.equal((await requests.next()).done, true);
});

test('updates: what breaks the protocol is refused with the name', () => {
  const wants = (name: string): boolean => name !== 'unwanted';
  const any = { typeUrl: TYPE, value: new Uint8Array([1]) };
  const response = (
    resources: { name: string; resource?: { typeUrl: string; value: Uint8Array } }[],
    removed: string[] = [],
  ) => create(DeltaDiscoveryResponseSchema, { typeUrl: TYPE, resources, removedResources: removed });
  const update = readDelta(
    response(
      [
        { name: 'a', resource: any },
        { name: 'unwanted', resource: any },
      ],
      ['b', 'unwanted'],
    ),
    wants,
  );
  assert.deepEqual([update.resources.map(({ name }) => name), update.removed], [['a'], ['b']]);
  assert.throws(
    () =>
      readDelta(
        response([
          { name: 'a', resource: any },
          { name: 'a', resource: any },
        ]),
        wants,
      ),
    /"a" appears twice/,
  );
  assert.throws(() => readDelta(response([{ name: 'a' }]), wants), /"a" has no body/);
  assert.throws(
    () => readDelta(response([{ name: 'a', resource: { ...any, typeUrl: 'other' } }]), wants),
    /"a" is a other, not a/,
  );
});
