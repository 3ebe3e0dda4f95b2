import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { EVENTS } from '../../../resources/gvr.js';
import type { EventObject } from '../../../resources/types.js';
import { EventRecorder } from '../../events/event-recorder.js';
import { FakeApi } from '../testing/fake-api.js';
import { EventExpiry } from './event-expiry.js';

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'front', namespace: 'shop', uid: 'u1' } };

test('events expire after an hour without repetition', async () => {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const events = new EventRecorder(api, clock, SILENT_LOGGER, { component: 'kubelet' });
  const all = async () => (await api.list<EventObject>(EVENTS)).items;
  const context = { client: api, informers: api.informers, clock, logger: SILENT_LOGGER };
  const expiry = new EventExpiry(context);
  expiry.start();
  events.normal(POD, 'Old', 'once');
  events.normal(POD, 'Repeated', 'again');
  await api.settle();
  clock.advance(45 * 60_000);
  events.normal(POD, 'Repeated', 'again');
  await api.settle();
  clock.advance(20 * 60_000);
  await api.settle();
  assert.deepEqual(
    (await all()).map(({ reason }) => reason),
    ['Repeated'],
  );
  clock.advance(60 * 60_000);
  await api.settle();
  assert.deepEqual(await all(), []);
  await expiry.stop();
  assert.equal(clock.pendingTimers, 0);
});
