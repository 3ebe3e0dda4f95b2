import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { CACHED_NAMES_MAX, CachingForwarder, FORWARDS_IN_FLIGHT_MAX, type ForwardResult } from './forwarder.js';

const RECORD: ForwardResult = {
  kind: 'records',
  answers: [{ type: 'A', name: 'a.example', data: '192.0.2.1', ttl: 10 }],
};

function counting(result: ForwardResult) {
  const asked: string[] = [];
  return {
    asked,
    resolve: async (name: string, type: string) => {
      asked.push(`${type} ${name}`);
      return result;
    },
  };
}

test('an answer is remembered for its time, and asked for once by many', async () => {
  const clock = new FakeClock();
  const upstream = counting(RECORD);
  const forwarder = new CachingForwarder(upstream, clock);
  await Promise.all([forwarder.resolve('a.example', 'A'), forwarder.resolve('a.example', 'A')]);
  clock.advance(9_999);
  assert.deepEqual(await forwarder.resolve('a.example', 'A'), RECORD);
  assert.equal(upstream.asked.length, 1);
  clock.advance(2);
  await forwarder.resolve('a.example', 'A');
  await forwarder.resolve('a.example', 'AAAA');
  assert.deepEqual(upstream.asked, ['A a.example', 'A a.example', 'AAAA a.example']);
});

test('a failure is not remembered', async () => {
  const upstream = counting({ kind: 'failed' });
  const forwarder = new CachingForwarder(upstream, new FakeClock());
  await forwarder.resolve('a.example', 'A');
  await forwarder.resolve('a.example', 'A');
  assert.equal(upstream.asked.length, 2);
});

test('one question over the limit fails at once', async () => {
  const never = { resolve: () => new Promise<ForwardResult>(() => {}) };
  const forwarder = new CachingForwarder(never, new FakeClock());
  for (let i = 0; i < FORWARDS_IN_FLIGHT_MAX; i++) void forwarder.resolve(`n${i}.example`, 'A');
  assert.deepEqual(await forwarder.resolve('more.example', 'A'), { kind: 'failed' });
});

test('one name over the limit pushes out the oldest alone', async () => {
  const upstream = counting(RECORD);
  const forwarder = new CachingForwarder(upstream, new FakeClock());
  for (let i = 0; i <= CACHED_NAMES_MAX; i++) await forwarder.resolve(`n${i}.example`, 'A');
  await forwarder.resolve('n1.example', 'A');
  assert.equal(upstream.asked.length, CACHED_NAMES_MAX + 1);
  await forwarder.resolve('n0.example', 'A');
  assert.equal(upstream.asked.at(-1), 'A n0.example');
  assert.equal(upstream.asked.length, CACHED_NAMES_MAX + 2);
});
