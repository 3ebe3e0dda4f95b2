import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { exchange, get } from './testing/raw-client.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from './testing/test-proxy.js';
import { ok, status, TestUpstream } from './testing/test-upstream.js';

const FAULT = '"@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';

describe('proxy on real sockets', () => {
  let one: TestUpstream;
  let two: TestUpstream;
  let proxy: TestProxy;
  let port = 0;

  before(async () => {
    one = await TestUpstream.start();
    two = await TestUpstream.start(() => ok('two'));
    proxy = await startProxy(
      bootstrap({
        manager: 'upgrade_configs: [{ upgrade_type: websocket }]\nhttp_protocol_options: { enable_trailers: true }',
        clusters: [
          staticCluster('one', [one.port]),
          staticCluster('two', [two.port]),
          staticCluster('both', [one.port, two.port]),
          staticCluster('single', [one.port], 'max_requests_per_connection: 1'),
          staticCluster(
            'narrow',
            [one.port],
            'circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 1 }] }',
          ),
        ].join('\n'),
        routes: `
- match: { prefix: /weighted }
  route: { weighted_clusters: { clusters: [{ name: one, weight: 25 }, { name: two, weight: 75 }] } }
- match: { prefix: /half }
  route: { cluster: one }
  typed_per_filter_config: { envoy.filters.http.fault: { ${FAULT}, abort: { http_status: 503, percentage: { numerator: 50 } } } }
- match: { prefix: /delayed }
  route: { cluster: one }
  typed_per_filter_config: { envoy.filters.http.fault: { ${FAULT}, delay: { fixed_delay: 0.15s, percentage: { numerator: 100 } } } }
- { match: { prefix: /mirrored }, route: { cluster: one, request_mirror_policies: [{ cluster: two }] } }
- { match: { prefix: /timeout }, route: { cluster: one, timeout: 0.1s } }
- match: { prefix: /retry }
  route: { cluster: both, retry_policy: { retry_on: 5xx, num_retries: 3, retry_host_predicate: [{ name: p, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } }], host_selection_retry_max_attempts: 5 } }
- { match: { prefix: /both }, route: { cluster: both } }
- { match: { prefix: /single }, route: { cluster: single } }
- { match: { prefix: /narrow }, route: { cluster: narrow } }
- { match: { prefix: / }, route: { cluster: one } }
`,
      }),
    );
    port = proxy.port('test');
  });

  after(async () => {
    await proxy.close();
    await one.close();
    await two.close();
  });

  test('round robin takes turns', async () => {
    one.answer = () => ok('one');
    const bodies: string[] = [];
    for (let i = 0; i < 6; i++) bodies.push((await get(port, '/both')).body);
    assert.equal(new Set(bodies.slice(0, 2)).size, 2);
    assert.deepEqual(bodies.slice(0, 2), bodies.slice(2, 4));
  });

  test('weights are kept within a bound', async () => {
    let ones = 0;
    for (let i = 0; i < 200; i++) if ((await get(port, '/weighted')).body === 'one') ones++;
    assert.ok(ones > 25 && ones < 75, `${ones} of 200`);
  });

  test('fault: half are aborted, and a delay delays', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) statuses.push((await get(port, '/half')).status);
    const aborted = statuses.filter((each) => each === 503).length;
    assert.ok(aborted > 15 && aborted < 45, `${aborted} of 60`);
    const began_ms = performance.now();
    assert.equal((await get(port, '/delayed')).status, 200);
    assert.ok(performance.now() - began_ms >= 150);
    assert.match(proxy.logs.at(-1)!, /LOG 200 DI/);
  });

  test('mirror: the copy has the shadow host, the client sees the first cluster alone', async () => {
    const before = two.seen.length;
    const answer = await exchange(
      port,
      'POST /mirrored HTTP/1.1\r\nhost: reviews:9080\r\ncontent-length: 3\r\n\r\nabc',
    );
    assert.equal(answer.body, 'one');
    while (two.seen.length === before) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(two.header('host'), 'reviews-shadow:9080');
    assert.equal(two.seen.at(-1)!.body, 'abc');
  });

  test('timeout: 504 with the flag UT', async () => {
    one.answer = () => () => {};
    const answer = await get(port, '/timeout');
    assert.equal(answer.status, 504);
    assert.equal(answer.body, 'upstream request timeout');
    assert.match(proxy.logs.at(-1)!, /LOG 504 UT/);
  });

  test('retries leave a failing host for another', async () => {
    one.answer = () => status(503, 'bad');
    for (let i = 0; i < 6; i++) assert.equal((await get(port, '/retry')).body, 'two');
    assert.equal(proxy.stat('cluster.both.upstream_rq_retry_success'), proxy.stat('cluster.both.upstream_rq_retry'));
  });

  test('max_requests_per_connection: 1 opens a connection for each request', async () => {
    one.answer = () => ok('one');
    const before = one.connections;
    for (let i = 0; i < 3; i++) await get(port, '/single');
    assert.equal(one.connections - before, 3);
  });

  test('circuit breaker: one connection and one that waits; the third is refused', async () => {
    const release: (() => void)[] = [];
    one.answer = () => (socket) => void release.push(() => socket.write(ok('late')));
    const first = get(port, '/narrow');
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = get(port, '/narrow');
    while (proxy.stat('cluster.narrow.upstream_rq_pending_active') === 0)
      await new Promise((resolve) => setImmediate(resolve));
    const third = await get(port, '/narrow');
    assert.equal(third.status, 503);
    assert.equal(third.headers.get('x-envoy-overloaded'), 'true');
    assert.equal(third.body, 'upstream connect error or disconnect/reset before headers. reset reason: overflow');
    release.shift()!();
    assert.equal((await first).body, 'late');
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release.shift()!();
    assert.equal((await second).body, 'late');
  });

  test('pipelined requests are answered in order', async () => {
    one.answer = (request) => ok(request.line.split(' ')[1]!);
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
    const answer = await exchange(
      port,
      `${request('/a')}${request('/b')}POST /c HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nxy${request('/d')}`,
      {
        quiet_ms: 200,
      },
    );
    assert.deepEqual(
      [...answer.raw.matchAll(/\r\n\r\n(\/[a-d])/g)].map((match) => match[1]),
      ['/a', '/b', '/c', '/d'],
    );
  });

  test('a large body goes both ways, chunked and by length, while the receiver is slow', async () => {
    const size = 3_000_000;
    one.answer = (request) => (socket) =>
      socket.write(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${request.body.length.toString(16)}\r\n${request.body}\r\n0\r\n\r\n`,
        'latin1',
      );
    const body = Array.from({ length: size / 10 }, (_, i) => String(i).padStart(9, '0'))
      .join(' ')
      .padEnd(size, '.');
    for (const framing of [
      `content-length: ${size}\r\n\r\n${body}`,
      `transfer-encoding: chunked\r\n\r\n${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ]) {
      const received = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${framing}`, 'latin1'),
        );
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1');
          socket.pause();
          setImmediate(() => socket.resume());
        });
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
      });
      const head = received.indexOf('\r\n\r\n');
      let content = '';
      for (let at = head + 4; ; ) {
        const end = received.indexOf('\r\n', at);
        const length = Number.parseInt(received.slice(at, end), 16);
        if (length === 0 || Number.isNaN(length)) break;
        content += received.slice(end + 2, end + 2 + length);
        at = end + 4 + length;
      }
      assert.equal(content.length, size);
      assert.ok(content === body);
    }
  });

  test('WebSocket: after 101 bytes go both ways until one side ends', async () => {
    one.answer = () => (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhello');
      socket.removeAllListeners('data');
      socket.on('data', (chunk) => socket.end(`echo ${chunk}`));
    };
    const text = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n'),
      );
      socket.on('data', (chunk) => {
        all += chunk;
        if (all.endsWith('hello')) socket.write('ping');
      });
      socket.on('close', () => resolve(all));
    });
    assert.match(text, /^HTTP\/1\.1 101 /);
    assert.match(text, /hello.*echo ping$/s);
  });

  test('a client that leaves ends the upstream request, flag DC', async () => {
    let ended = false;
    one.answer = () => (socket) => void socket.on('close', () => (ended = true));
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /leave HTTP/1.1\r\nhost: a\r\n\r\n'));
    while (one.seen.at(-1)?.line !== 'GET /leave HTTP/1.1') await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (!ended) await new Promise((resolve) => setImmediate(resolve));
    assert.match(proxy.logs.at(-1)!, /LOG 0 DC/);
  });

  test('Expect: 100-continue is answered before the body comes', async () => {
    one.answer = (request) => ok(request.body);
    const socket = connect(port, '127.0.0.1');
    const answers: string[] = [];
    socket.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n');
    for await (const chunk of socket) {
      answers.push(String(chunk));
      if (answers.length === 1) socket.write('abc');
      else break;
    }
    assert.equal(answers[0], 'HTTP/1.1 100 Continue\r\n\r\n');
    assert.match(answers[1]!, /\r\n\r\nabc$/);
  });
});
