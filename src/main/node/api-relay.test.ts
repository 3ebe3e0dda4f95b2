import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { relayApi } from './api-relay.js';

test('bytes go both ways, and all ends with the relay', async (t) => {
  const api = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(api, 'listening');
  t.after(() => api.close());
  const server = `https://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const relay = await relayApi({ host: '127.0.0.1', port: 0 }, server);
  const client = connect(relay.address.port, '127.0.0.1');
  client.write('hello');
  assert.equal(String((await once(client, 'data'))[0]), 'hello');
  relay.close();
  await once(client, 'close');
});
