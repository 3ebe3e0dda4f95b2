import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { askPodAdmin } from './pod-admin.js';

const POD = { namespace: 'shop', name: 'cart', node: 'n' };
const LARGE = 'x'.repeat(1_000_000);
const server = createServer((request, response) => {
  response.writeHead(request.url === '/none' ? 404 : 200, { 'content-type': 'text/x-test' });
  response.end(`${request.method} ${request.url} ${LARGE}`);
});
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());

/** A stream that is no socket, as the agent gives. */
const access = {
  connect: async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    return Duplex.from({ readable: socket, writable: socket });
  },
};

test('pod admin: a whole page comes over a connection that is no socket, again and again', async () => {
  for (const [path, status] of [
    ['/config_dump?include_eds', 200],
    ['/none', 404],
  ] as const) {
    const answer = await askPodAdmin(access, POD, { method: 'POST', path });
    assert.equal(answer.status, status);
    assert.equal(answer.type, 'text/x-test');
    assert.equal(answer.body.toString(), `POST ${path} ${LARGE}`);
  }
});

test('pod admin: a pod whose proxy does not answer is named', async () => {
  const refused = { connect: () => Promise.reject(new Error('connect ECONNREFUSED')) };
  await assert.rejects(askPodAdmin(refused, POD, { method: 'GET', path: '/' }), {
    message: 'cannot ask the proxy of pod shop/cart at its port 15000: connect ECONNREFUSED',
  });
});
