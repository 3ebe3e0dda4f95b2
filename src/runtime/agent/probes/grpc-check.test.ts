import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { type CheckTarget, check } from './probe-check.js';

const NEVER = new AbortController().signal;

/** A program with gRPC's health service: answers a service's name with a status. */
async function healthServer(t: TestContext, statusOf: (service: string) => number | undefined): Promise<CheckTarget> {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    assert.equal(headers[':path'], '/grpc.health.v1.Health/Check');
    assert.equal(headers['content-type'], 'application/grpc');
    stream.once('data', (frame: Buffer) => {
      const status = statusOf(frame.subarray(7).toString());
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.once('wantTrailers', () =>
        stream.sendTrailers(
          status === undefined ? { 'grpc-status': '12', 'grpc-message': 'no' } : { 'grpc-status': '0' },
        ),
      );
      stream.end(status === undefined ? '' : Buffer.from([0, 0, 0, 0, 2, 0x08, status]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return targetOf((server.address() as net.AddressInfo).port);
}

function targetOf(port: number): CheckTarget {
  return {
    container: { name: 'app', ports: [{ name: 'grpc', containerPort: port }] },
    podIP: '10.244.0.2',
    connect: async (to) => {
      const socket = net.connect(to, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    exec: () => Promise.reject(new Error('not here')),
  };
}

test('grpc: a program is well when it says that the service serves', async (t) => {
  const target = await healthServer(t, (service) => ({ '': 1, cart: 1, stock: 2 })[service]);
  const port = target.container.ports![0]!.containerPort;
  const ask = (service?: string) => check({ grpc: { port, ...(service ? { service } : {}) } }, target, NEVER);
  assert.deepEqual(await ask(), { ok: true, message: '' });
  assert.equal((await ask('cart')).ok, true);
  assert.deepEqual(await ask('stock'), { ok: false, message: 'service unhealthy (responded with "NOT_SERVING")' });
  assert.match((await ask('other')).message, /does not implement the grpc health protocol .*: no$/);
});

test('grpc: nobody listens, nobody answers, something else answers', async (t) => {
  const refused = await check({ grpc: { port: 1 } }, targetOf(1), NEVER);
  assert.equal(refused.refused, true);
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as net.AddressInfo;
  const late = new AbortController();
  const waiting = check({ grpc: { port } }, targetOf(port), late.signal);
  setTimeout(() => late.abort(), 30);
  assert.match((await waiting).message, /did not complete in time/);
  server.once('connection', (socket: net.Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assert.match((await check({ grpc: { port } }, targetOf(port), NEVER)).message, /^error: health rpc probe failed: /);
});
