import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '../../../base/fake-clock.js';
import type { CheckTarget } from './probe-check.js';
import { check } from './probe-check.js';
import { ProbeWorker } from './probe-worker.js';

const NEVER = new AbortController().signal;

async function serve(t: TestContext, server: net.Server): Promise<CheckTarget> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  return {
    container: { name: 'app', ports: [{ name: 'http', containerPort: port }] },
    podIP: '10.244.0.2',
    connect: async (to) => {
      const socket = net.connect(to, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    exec: () => Promise.reject(new Error('not here')),
  };
}

test('httpGet: 200 to 399 is success; headers, path and host are as given', async (t) => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.host} ${request.headers['user-agent']}`);
    response.statusCode = Number(request.url?.slice(1));
    response.end();
  });
  const target = await serve(t, server);
  const get = (path: string, httpHeaders = [] as { name: string; value: string }[]) =>
    check({ httpGet: { port: 'http', path, httpHeaders } }, target, NEVER);
  assert.equal((await get('/204')).ok, true);
  assert.equal((await get('/302', [{ name: 'Host', value: 'shop' }])).ok, true);
  assert.deepEqual(await get('/503'), { ok: false, message: 'HTTP probe failed with statuscode: 503' });
  assert.match(seen[0]!, /^\/204 10\.244\.0\.2:\d+ kube-probe/);
  assert.match(seen[1]!, /^\/302 shop /);
});

test('httpGet of a server that does not answer ends with its time', async (t) => {
  const sockets: net.Socket[] = [];
  const target = await serve(
    t,
    net.createServer((socket) => sockets.push(socket)),
  );
  t.after(() => sockets.forEach((socket) => void socket.destroy()));
  const late = new AbortController();
  const result = check({ httpGet: { port: 'http' } }, target, late.signal);
  setTimeout(() => late.abort(), 20);
  assert.match((await result).message, /^Get "http:\/\/10\.244\.0\.2:\d+\/": context deadline exceeded/);
});

test('tcpSocket: connects, or says that it cannot', async (t) => {
  const target = await serve(
    t,
    net.createServer((socket) => socket.end()),
  );
  assert.equal((await check({ tcpSocket: { port: 'http' } }, target, NEVER)).ok, true);
  assert.match(
    (await check({ tcpSocket: { port: 1 } }, target, NEVER)).message,
    /^dial tcp 10\.244\.0\.2:1: connect: connection refused$/,
  );
  assert.match((await check({ tcpSocket: { port: 'nope' } }, target, NEVER)).message, /couldn't find port: "nope"/);
});

test('a program that is only starting is asked again soon; after its first period refusals count', async () => {
  const clock = new FakeClock();
  const results: string[] = [];
  const listener = { onResult: (ok: boolean) => results.push(String(ok)), onFailure: () => results.push('failure') };
  let asked = 0;
  const refuse = async () => {
    asked++;
    return { ok: false, message: 'refused', refused: true };
  };
  const worker = new ProbeWorker({ periodSeconds: 1, failureThreshold: 1 }, clock, refuse, listener, true);
  worker.start(0);
  for (let i = 0; i < 18; i++) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  assert.ok(asked > 15, `asked ${asked} times`);
  assert.deepEqual(results, []);
  for (let i = 0; i < 4; i++) {
    clock.advance(50);
    await new Promise(setImmediate);
  }
  assert.deepEqual(results, ['failure', 'false']);
  worker.stop();
  assert.equal(clock.pendingTimers, 0);
});
