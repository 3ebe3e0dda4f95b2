import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { relayApi } from './api-relay.js';

/** A listening socket's descriptor, whose owner forgets it. */
interface Listening {
  readonly _handle: { readonly fd: number };
}

test('bytes go both ways, and all ends with the relay', async (t) => {
  const api = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  const place = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(api, 'listening'), once(place, 'listening')]);
  t.after(() => api.close());
  const { port } = place.address() as AddressInfo;
  const close = await relayApi(
    (place as unknown as Listening)._handle.fd,
    `https://127.0.0.1:${(api.address() as AddressInfo).port}`,
  );
  const client = connect(port, '127.0.0.1');
  client.write('hello');
  assert.equal(String((await once(client, 'data'))[0]), 'hello');
  close();
  await once(client, 'close');
});
