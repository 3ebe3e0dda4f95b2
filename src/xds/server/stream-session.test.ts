import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../base/fake-clock.js';
import { NodeSchema } from '../types/gen/envoy/config/core/v3/base_pb.js';
import { SUBSCRIBED_NAMES_MAX, TYPES_MAX, WARMING_MAX_MS } from './limits.js';
import { type PushObserver, TYPE_URL, type XdsResource } from './source.js';
import { type SessionRequest, StreamSession } from './stream-session.js';

const RESOURCE: XdsResource = { name: 'a', version: '1', body: new Uint8Array() };
const SET = new Map(
  [TYPE_URL.cluster, TYPE_URL.endpoint, TYPE_URL.listener].map((type) => [type, new Map([['a', RESOURCE]])]),
);

const IGNORED: PushObserver = {
  connected: () => {},
  disconnected: () => {},
  sent: () => {},
  acked: () => {},
  nacked: () => {},
  settled: () => {},
};

function open(): { session: StreamSession; clock: FakeClock; sent: string[] } {
  const clock = new FakeClock();
  const sent: string[] = [];
  const session = new StreamSession(create(NodeSchema, { id: 'proxy' }), {
    source: { resources: () => SET, version: () => 1, onChange: () => ({ dispose: () => {} }) },
    observer: IGNORED,
    clock,
    send: ({ typeUrl }, nonce) => {
      sent.push(`${typeUrl.split('.').at(-1)} ${nonce}`);
      return true;
    },
  });
  return { session, clock, sent };
}

function request(typeUrl: string, change: Partial<SessionRequest> = {}): SessionRequest {
  return { typeUrl, subscribe: [], unsubscribe: [], initialVersions: {}, nonce: '', ...change };
}

test('session: a proxy that never asks for the endpoints of a new cluster gets its listeners all the same', () => {
  const { session, clock, sent } = open();
  session.handle(request(TYPE_URL.cluster));
  session.handle(request(TYPE_URL.cluster, { nonce: '1' }));
  session.handle(request(TYPE_URL.listener));
  clock.advance(WARMING_MAX_MS - 1);
  assert.deepEqual(sent, ['Cluster 1']);
  clock.advance(1);
  assert.deepEqual(sent, ['Cluster 1', 'Listener 2']);
  session.end();
  assert.equal(clock.pendingTimers, 0);
});

test('session: its end leaves no timer', () => {
  const { session, clock } = open();
  session.handle(request(TYPE_URL.cluster));
  assert.equal(clock.pendingTimers, 1);
  session.end();
  assert.equal(clock.pendingTimers, 0);
});

test('session: an answer to a response that is not the last one is ignored', () => {
  const { session, sent } = open();
  session.handle(request(TYPE_URL.listener));
  session.handle(request(TYPE_URL.cluster, { subscribe: ['none'] }));
  session.handle(request(TYPE_URL.cluster, { subscribe: ['a'], nonce: '77' }));
  assert.deepEqual(sent, ['Listener 1', 'Cluster 2']);
  session.handle(request(TYPE_URL.cluster, { nonce: '2' }));
  assert.deepEqual(sent, ['Listener 1', 'Cluster 2', 'Cluster 3']);
});

test('session: one name and one type past the limits are refused', () => {
  const names = Array.from({ length: SUBSCRIBED_NAMES_MAX }, (_, i) => `n${i}`);
  const { session } = open();
  session.handle(request(TYPE_URL.route, { subscribe: names }));
  assert.throws(() => session.handle(request(TYPE_URL.secret, { subscribe: ['one'] })), { code: 'XDS_LIMIT' });
  const many = open().session;
  for (let i = 0; i < TYPES_MAX; i++) many.handle(request(`type.example.org/T${i}`));
  assert.throws(() => many.handle(request('type.example.org/Last')), { code: 'XDS_LIMIT' });
});
