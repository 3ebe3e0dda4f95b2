import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { EVENTS } from '../../resources/gvr.js';
import type { EventObject } from '../../resources/types.js';
import { FakeApi } from '../controllers/testing/fake-api.js';
import { EventRecorder } from './event-recorder.js';

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'front', namespace: 'shop', uid: 'u1' } };

function setup() {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const events = new EventRecorder(api, clock, SILENT_LOGGER, { component: 'kubelet', host: 'node-1' });
  const all = async () => (await api.list<EventObject>(EVENTS)).items;
  return { clock, api, events, all };
}

test('an event names its object, its source and its time', async () => {
  const { events, all } = setup();
  events.record(POD, 'Warning', 'BackOff', 'Back-off restarting', 'spec.containers{front}');
  await events.flush();
  const [event] = await all();
  assert.match(event?.metadata.name ?? '', /^front\.[0-9a-f]+$/);
  assert.equal(event?.metadata.namespace, 'shop');
  assert.equal(event?.involvedObject.fieldPath, 'spec.containers{front}');
  assert.deepEqual(event?.source, { component: 'kubelet', host: 'node-1' });
  assert.equal(event?.type, 'Warning');
  assert.equal(event?.firstTimestamp, '2026-01-01T00:00:00Z');
});

test('the same again raises the count; after the first was deleted it is written anew', async () => {
  const { clock, api, events, all } = setup();
  for (let i = 0; i < 3; i++) {
    events.normal(POD, 'Pulled', 'done');
    clock.advance(1000);
  }
  await events.flush();
  const [event] = await all();
  assert.equal(event?.count, 3);
  assert.equal(event?.lastTimestamp, '2026-01-01T00:00:02Z');
  await api.delete(EVENTS, event?.metadata.name ?? '', 'shop');
  events.normal(POD, 'Pulled', 'done');
  await events.flush();
  assert.deepEqual(
    (await all()).map(({ count }) => count),
    [1],
  );
});

test('an event is written also when the one before could not be', async () => {
  const { api, events, all } = setup();
  api.beforeWrite = () => {
    api.beforeWrite = () => {};
    throw new Error('away');
  };
  events.normal(POD, 'First', 'lost');
  events.normal(POD, 'Second', 'kept');
  await events.flush();
  assert.deepEqual(
    (await all()).map(({ reason }) => reason),
    ['Second'],
  );
});
