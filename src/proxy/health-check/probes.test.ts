import assert from 'node:assert/strict';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SystemClock } from '../../base/clock.js';
import { HealthCheckSchema } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import { ClusterStats } from '../cluster/cluster-stats.js';
import { Host } from '../cluster/host.js';
import { ConfigError } from '../errors.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import { fakeContext } from '../testing/fake-context.js';
import { HealthChecker } from './health-checker.js';

type Check = MessageInitShape<typeof HealthCheckSchema>;

const SETTINGS = { mark: undefined, localAddress: undefined, transportSocket: undefined } as ConnectionSettings;
const FAST = {
  timeout: { seconds: 5n },
  interval: { nanos: 10_000_000 },
  noTrafficInterval: { nanos: 10_000_000 },
  unhealthyThreshold: 1,
  healthyThreshold: 1,
};

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** @returns the host's health after so many checks */
async function healthAfter(t: TestContext, port: number, check: Check, checks = 1): Promise<Host> {
  const context = fakeContext(new SystemClock());
  const host = new Host('127.0.0.1', port);
  host.check.failed = true;
  let left = checks;
  await new Promise<void>((resolve) => {
    const checker = new HealthChecker(
      context,
      'cluster-name',
      create(HealthCheckSchema, { ...FAST, ...check } as Check),
      SETTINGS,
      new ClusterStats(context.stats, 'c'),
      () => {
        if (--left === 0) resolve();
      },
    );
    t.after(() => checker.stop());
    checker.update([host]);
  });
  return host;
}

function http1(answer: string, seen: string[] = []): Server {
  return createServer((socket) => {
    socket.on('data', (chunk) => {
      seen.push(chunk.toString('latin1'));
      socket.write(answer);
    });
  });
}

const httpCheck = (more: object = {}): Check => ({
  healthChecker: { case: 'httpHealthCheck', value: { path: '/hc', ...more } },
});

test('HTTP/1.1: the request is as Envoy sends it, and a connection is used again', async (t) => {
  const seen: string[] = [];
  const server = http1('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', seen);
  let connections = 0;
  server.on('connection', () => connections++);
  const host = await healthAfter(t, await listen(t, server), httpCheck(), 3);
  assert.equal(host.healthy, true);
  assert.equal(seen[0], 'GET /hc HTTP/1.1\r\nhost: cluster-name\r\nuser-agent: Envoy/HC\r\n\r\n');
  assert.equal(connections, 1);
});

test('HTTP/1.1: each check has a connection of its own when they are not to be used again', async (t) => {
  const server = http1('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  let connections = 0;
  server.on('connection', () => connections++);
  await healthAfter(t, await listen(t, server), { ...httpCheck(), reuseConnection: false }, 3);
  assert.equal(connections, 3);
});

test('HTTP/1.1: chunked, until the end, garbage, and a body that must hold something', async (t) => {
  const wants = httpCheck({ receive: [{ payload: { case: 'text', value: '6f6b' } }] });
  for (const [answer, healthy] of [
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n', true],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nko', false],
    ['HTTP/1.1 503 X\r\ncontent-length: 2\r\n\r\nok', false],
    ['not HTTP\r\n\r\n', false],
  ] as const) {
    const host = await healthAfter(t, await listen(t, http1(answer)), wants);
    assert.equal(host.healthy, healthy, answer);
  }
});

test('HTTP/2: a status is a status', async (t) => {
  for (const [status, healthy] of [
    [200, true],
    [500, false],
  ] as const) {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      assert.equal(headers[':authority'], 'hc.example');
      stream.respond({ ':status': status });
      stream.end('body');
    });
    const check = httpCheck({ codecClientType: 1, host: 'hc.example' });
    const host = await healthAfter(t, await listen(t, server as unknown as Server), check, 2);
    assert.equal(host.healthy, healthy, String(status));
  }
});

test('gRPC: SERVING alone is healthy', async (t) => {
  for (const [serving, healthy] of [
    [1, true],
    [2, false],
  ] as const) {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      assert.equal(headers[':path'], '/grpc.health.v1.Health/Check');
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, serving]));
    });
    const check: Check = { healthChecker: { case: 'grpcHealthCheck', value: { serviceName: 'some.Service' } } };
    const host = await healthAfter(t, await listen(t, server as unknown as Server), check);
    assert.equal(host.healthy, healthy, String(serving));
  }
});

test('TCP: connects, or says something and waits for the blocks in order', async (t) => {
  const echo = createServer((socket) => socket.pipe(socket));
  const port = await listen(t, echo);
  const tcp = (value: object): Check => ({ healthChecker: { case: 'tcpHealthCheck', value } });
  const text = (value: string) => ({ payload: { case: 'text', value } as const });
  assert.equal((await healthAfter(t, port, tcp({}))).healthy, true);
  const asks = tcp({ send: text('70696e67'), receive: [text('70'), text('67')] });
  assert.equal((await healthAfter(t, port, asks, 2)).healthy, true);
  const closed = createServer();
  const gone = await listen(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  assert.equal((await healthAfter(t, gone, tcp({}))).healthy, false);
});

test('a check that cannot be is refused with the path of its field', () => {
  const context = fakeContext(new SystemClock());
  const refused = (check: Check, path: string): void =>
    assert.throws(
      () =>
        new HealthChecker(
          context,
          'c',
          create(HealthCheckSchema, { ...FAST, ...check } as Check),
          SETTINGS,
          new ClusterStats(context.stats, 'c'),
          () => {},
        ),
      (error) => error instanceof ConfigError && error.path === path,
    );
  refused({}, 'health_checks[0]');
  refused(httpCheck({ path: '' }), 'health_checks[0].http_health_check.path');
  refused(
    httpCheck({ expectedStatuses: [{ start: 500n, end: 601n }] }),
    'health_checks[0].http_health_check.expected_statuses[0]',
  );
  refused(
    { healthChecker: { case: 'tcpHealthCheck', value: { send: { payload: { case: 'text', value: '1' } } } } },
    'health_checks[0].tcp_health_check.send.text',
  );
});
