import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Transport } from './transport.js';

test('Transport: the body of a DELETE arrives with it, and the connection stays good', async (t) => {
  const server = createServer(async (request, response) => {
    response.end(JSON.stringify({ method: request.method, body: await text(request) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const transport = new Transport({ server: `http://127.0.0.1:${port}`, namespace: 'default' }, 'test');
  t.after(() => {
    transport.close();
    server.close();
  });
  const body = { kind: 'DeleteOptions', note: 'größer' };
  for (let i = 0; i < 2; i++) {
    const answer = await transport.json({ method: 'DELETE', path: '/x', body });
    assert.deepEqual(answer, { method: 'DELETE', body: JSON.stringify(body) });
  }
  assert.deepEqual(await transport.json({ method: 'GET', path: '/x' }), { method: 'GET', body: '' });
});
