import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../base/testing/find-envoy.js';
import { exchange, type RawAnswer } from './testing/raw-client.js';
import { startEnvoy, type TestEnvoy } from './testing/test-envoy.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from './testing/test-proxy.js';
import { ok, type SeenRequest, status, TestUpstream } from './testing/test-upstream.js';

const FAULT = '"@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';
const HOST = 'host: test.example\r\n';

/** Name -> bytes that both get; the answers and what the upstreams saw must be the same. */
const REQUESTS: Readonly<Record<string, string>> = {
  plain: `GET /plain?q=1 HTTP/1.1\r\n${HOST}User-Agent: x\r\n\r\n`,
  post: `POST / HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`,
  'post chunked': `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  head: `HEAD / HTTP/1.1\r\n${HOST}\r\n`,
  'absolute form': `GET http://other.example/p?q HTTP/1.1\r\n${HOST}\r\n`,
  'hop headers': `GET / HTTP/1.1\r\n${HOST}connection: x-a, te\r\nx-a: 1\r\nte: trailers\r\nkeep-alive: 5\r\n\r\n`,
  'direct response': `GET /direct HTTP/1.1\r\n${HOST}\r\n`,
  redirect: `GET /redirect?a=b HTTP/1.1\r\n${HOST}\r\n`,
  rewrite: `GET /rewrite/x?y HTTP/1.1\r\n${HOST}\r\n`,
  mutations: `GET /mutate HTTP/1.1\r\n${HOST}x-in: 1\r\nx-over: old\r\nx-gone: 1\r\n\r\n`,
  abort: `GET /abort HTTP/1.1\r\n${HOST}\r\n`,
  timeout: `GET /slow HTTP/1.1\r\n${HOST}\r\n`,
  'no route': `GET /api HTTP/1.1\r\nhost: nobody.example\r\n\r\n`,
  'dead upstream': `GET /dead HTTP/1.1\r\n${HOST}\r\n`,
  'dead upstream, retried': `GET /retry-dead HTTP/1.1\r\n${HOST}\r\n`,
  'no endpoints': `GET /empty HTTP/1.1\r\n${HOST}\r\n`,
  overflow: `GET /tiny HTTP/1.1\r\n${HOST}\r\n`,
  'reset by upstream': `GET /reset HTTP/1.1\r\n${HOST}\r\n`,
  'not HTTP from upstream': `GET /garbage HTTP/1.1\r\n${HOST}\r\n`,
  'inverted matcher, header absent': `GET /inverted HTTP/1.1\r\n${HOST}\r\n`,
  'HTTP/1.0': `GET / HTTP/1.0\r\n${HOST}\r\n`,
  'length and chunked': `POST / HTTP/1.1\r\n${HOST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  'two lengths': `POST / HTTP/1.1\r\n${HOST}content-length: 3\r\ncontent-length: 4\r\n\r\nabc`,
  'blank before the colon': `GET / HTTP/1.1\r\n${HOST}a : 1\r\n\r\n`,
  'NUL in a value': `GET / HTTP/1.1\r\n${HOST}a: \0\r\n\r\n`,
  'unknown method': `FROB / HTTP/1.1\r\n${HOST}\r\n`,
  'too many fields': `GET / HTTP/1.1\r\n${HOST}${'x: 1\r\n'.repeat(101)}\r\n`,
  'WebSocket not allowed': `GET / HTTP/1.1\r\n${HOST}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
};

function answerOf(request: SeenRequest): ReturnType<TestUpstream['answer']> {
  const path = request.line.split(' ')[1]!;
  if (path.startsWith('/slow')) return () => {};
  if (path.startsWith('/reset')) return (socket) => void socket.destroy();
  if (path.startsWith('/garbage')) return 'NOT HTTP\r\n\r\n';
  if (path.startsWith('/503')) return status(503, 'bad');
  return ok(`got ${request.body}`, 'X-From-Upstream: 1\r\n');
}

async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 1;
}

function configuration(upstream: number, dead: number): string {
  return bootstrap({
    adminPort: 0,
    clusters: [
      staticCluster('up', [upstream]),
      staticCluster('dead', [dead]),
      '- { name: empty, type: STATIC }',
      staticCluster('tiny', [upstream], 'circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] }'),
    ].join('\n'),
    routes: `
- { match: { prefix: /api, headers: [{ name: ":authority", string_match: { exact: nobody.example } }] }, route: { cluster_header: x-none } }
- { match: { prefix: /direct }, direct_response: { status: 201, body: { inline_string: made } } }
- { match: { prefix: /redirect }, redirect: { host_redirect: other.example, path_redirect: /new } }
- { match: { prefix: /rewrite/ }, route: { cluster: up, prefix_rewrite: /, host_rewrite_literal: new.example } }
- match: { prefix: /mutate }
  route: { cluster: up }
  request_headers_to_add: [{ header: { key: x-added, value: "%REQ(x-in)%-%PROTOCOL%" } }, { header: { key: x-over, value: new }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }]
  request_headers_to_remove: [x-gone]
  response_headers_to_add: [{ header: { key: x-code, value: "%RESPONSE_CODE%" } }]
- match: { prefix: /abort }
  route: { cluster: up }
  typed_per_filter_config: { envoy.filters.http.fault: { ${FAULT}, abort: { http_status: 503, percentage: { numerator: 100 } } } }
- { match: { prefix: /slow }, route: { cluster: up, timeout: 0.1s } }
- { match: { prefix: /dead }, route: { cluster: dead } }
- { match: { prefix: /retry-dead }, route: { cluster: dead, retry_policy: { retry_on: connect-failure, num_retries: 1 } } }
- { match: { prefix: /empty }, route: { cluster: empty } }
- { match: { prefix: /tiny }, route: { cluster: tiny } }
- { match: { prefix: /inverted, headers: [{ name: x-a, string_match: { exact: "1" }, invert_match: true }] }, direct_response: { status: 299 } }
- { match: { prefix: /inverted }, direct_response: { status: 298 } }
- { match: { prefix: / }, route: { cluster: up } }
`,
  });
}

const CHANGING = new Set(['date', 'x-envoy-upstream-service-time']);

function seenByClient(answer: RawAnswer): object {
  const headers = [...answer.headers]
    .filter(([name]) => !CHANGING.has(name))
    .map(([name, value]) => `${name}: ${value}`);
  return { status: answer.status, headers: headers.sort(), body: answer.body };
}

function seenByUpstream(requests: readonly SeenRequest[]): object {
  return requests.map(({ line, headers, body }) => ({
    line,
    headers: headers
      .filter(([name]) => name !== 'x-request-id')
      .map(([name, value]) => `${name}: ${value}`)
      .sort(),
    body,
  }));
}

const binary = findEnvoy();

describe('the same bytes to this proxy and to Envoy', {
  skip: binary === undefined && NO_ENVOY,
}, () => {
  const upstreams: TestUpstream[] = [];
  let proxy: TestProxy;
  let envoy: TestEnvoy;

  before(async () => {
    const dead = await deadPort();
    for (let i = 0; i < 2; i++) upstreams.push(await TestUpstream.start(answerOf));
    proxy = await startProxy(configuration(upstreams[0]!.port, dead));
    envoy = await startEnvoy(binary!, configuration(upstreams[1]!.port, dead));
  });

  after(async () => {
    await proxy?.close();
    await envoy?.close();
    for (const upstream of upstreams) await upstream.close();
  });

  for (const [name, request] of Object.entries(REQUESTS)) {
    test(name, async () => {
      for (const upstream of upstreams) upstream.seen.length = 0;
      const [ours, theirs] = await Promise.all([
        exchange(proxy.port('test'), request),
        exchange(envoy.port('test'), request),
      ]);
      assert.deepEqual(seenByClient(ours), seenByClient(theirs));
      assert.deepEqual(seenByUpstream(upstreams[0]!.seen), seenByUpstream(upstreams[1]!.seen));
    });
  }
});
