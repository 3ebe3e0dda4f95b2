import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { configMap, startApi } from '../testing/harness.js';
import { CONFIG_MAP } from '../testing/kinds.js';
import type { Call } from './call.js';
import { WatchStreams } from './watch-stream.js';
import { presentationOf } from './write-objects.js';

/** A watch request whose answer goes nowhere, as that of a client that does not read. */
function watchCall(): Call {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  return { request, response, pathname: '', query: new URLSearchParams('watch=1'), user: undefined, warnings: [] };
}

test('one watch more than the limit is refused, and one that ended makes room', async () => {
  const { api, clock } = await startApi();
  const kind = api.kinds.find('', 'v1', 'configmaps')!;
  const streams = new WatchStreams(api, clock, 1);
  const call = watchCall();
  const serve = (next: Call): void => streams.serve(next, kind, CONFIG_MAP, undefined, presentationOf(next, 0));
  serve(call);
  assert.throws(() => serve(watchCall()), { code: 'TooManyRequests', message: /1 watches are open already/ });
  call.response.emit('close');
  serve(watchCall());
  streams.close();
  assert.equal(clock.pendingTimers, 0);
});

test('a client that does not read is cut off, not fed from memory without end', async () => {
  const { api, clock } = await startApi();
  const kind = api.kinds.find('', 'v1', 'configmaps')!;
  const streams = new WatchStreams(api, clock);
  const call = watchCall();
  streams.serve(call, kind, CONFIG_MAP, undefined, presentationOf(call, 0));
  const value = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 34 && !call.response.destroyed; i++)
    await api.create(CONFIG_MAP, configMap(`m${i}`, { value }), 'sea');
  assert.ok(call.response.destroyed);
  streams.close();
});
