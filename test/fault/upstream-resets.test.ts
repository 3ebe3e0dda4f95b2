import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { exchange, get } from '../../src/proxy/testing/raw-client.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { until } from './patience.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** Where the upstream stops -> what it had sent, and the status that the client gets. */
const POINTS: Readonly<Record<string, { readonly sent: string; readonly status: number; readonly body?: string }>> = {
  'before the head': { sent: '', status: 503 },
  'in the status line': { sent: 'HTTP/1.1 2', status: 502 },
  'in the head': { sent: `${OK}content-le`, status: 502 },
  'after the head': { sent: `${OK}content-length: 5\r\n\r\n`, status: 200, body: '' },
  'in the body': { sent: `${OK}content-length: 5\r\n\r\nab`, status: 200, body: 'ab' },
  'before the first chunk': { sent: CHUNKED, status: 200 },
  'in a chunk size': { sent: `${CHUNKED}1`, status: 200 },
  'in a chunk': { sent: `${CHUNKED}5\r\nab`, status: 200 },
  'between chunks': { sent: `${CHUNKED}2\r\nab\r\n`, status: 200 },
  'in the last chunk': { sent: `${CHUNKED}2\r\nab\r\n0\r\n`, status: 200 },
  'in the trailers': { sent: `${CHUNKED}2\r\nab\r\n0\r\nx-t: `, status: 200 },
};

const WAYS: Readonly<Record<string, (socket: Socket) => void>> = {
  'ends the connection': (socket) => socket.end(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
};

describe('an upstream that fails', () => {
  let upstream: TestUpstream;
  let proxy: TestProxy;

  before(async () => {
    upstream = await TestUpstream.start(({ line }) => {
      const [, point = '', way = ''] = decodeURIComponent(line).split(' /')[1]?.split(/[?&]/) ?? [];
      const fails = POINTS[point];
      if (fails === undefined) return ok('fine');
      return (socket) => {
        const stop = WAYS[way.replace(/ HTTP.*/, '')]!;
        if (fails.sent === '') stop(socket);
        else socket.write(fails.sent, 'latin1', () => stop(socket));
      };
    });
    const clusters = staticCluster('up', [upstream.port]);
    proxy = await startProxy(bootstrap({ routes: '- { match: { prefix: / }, route: { cluster: up } }', clusters }));
  });

  after(async () => {
    await proxy?.close();
    await upstream?.close();
  });

  for (const [point, { status, body }] of Object.entries(POINTS)) {
    for (const way of Object.keys(WAYS)) {
      test(`${point}: ${way}`, async () => {
        const path = encodeURI(`/?${point}&${way}`);
        const answer = await exchange(proxy.port('test'), `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
        // A reset may overtake what was sent before it.
        const statuses = way.startsWith('resets') ? [status, 503] : [status];
        assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.body}`);
        if (body !== undefined && answer.status === 200) assert.equal(answer.body.slice(0, body.length), body);
        if (answer.status === 200) assert.ok(answer.closed, 'an answer that is cut off ends the connection');
        const next = await get(proxy.port('test'), '/next');
        assert.deepEqual([next.status, next.body], [200, 'fine'], 'the next request is not touched');
      });
    }
  }

  test('nothing of a failed request stays', async () => {
    const left = [
      'cluster.up.upstream_rq_active',
      'http.test.downstream_rq_active',
      'cluster.up.upstream_rq_pending_active',
    ];
    await until('no request is active', () => left.every((name) => proxy.stat(name) === 0));
  });

  test('a connection that dies while it waits is not used again', async () => {
    for (let i = 0; i < 20; i++) {
      assert.equal((await get(proxy.port('test'), '/')).status, 200);
      upstream.dropConnections();
      await until('the pool noticed', () => proxy.stat('cluster.up.upstream_cx_active') === 0);
    }
  });

  test('an answer that is complete counts, although the connection is reset behind it', async () => {
    upstream.answer = () => (socket) => socket.write(ok('whole'), () => socket.resetAndDestroy());
    const answer = await get(proxy.port('test'), '/');
    assert.ok([200, 503].includes(answer.status), 'a reset may overtake the answer');
    if (answer.status === 200) assert.equal(answer.body, 'whole');
  });
});
