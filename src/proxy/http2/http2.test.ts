import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { get } from '../testing/raw-client.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';

const HTTP2_UPSTREAM = `typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config: { http2_protocol_options: {} }`;

/** However busy the machine is, nothing here stands still for so long. */
const SILENCE_MS = 30_000;

/** @throws Error with the reason when it does not come to hold */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end_ms = performance.now() + SILENCE_MS;
  while (!holds()) {
    assert.ok(performance.now() < end_ms, `waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Answer {
  readonly headers: IncomingHttpHeaders & { readonly ':status'?: number };
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
}

function call(client: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answer> {
  const stream = client.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return answerOf(stream);
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let headers: Answer['headers'] = {};
    let trailers: IncomingHttpHeaders | undefined;
    stream.on('response', (got) => {
      headers = got;
    });
    stream.on('trailers', (got) => {
      trailers = got;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.setTimeout(SILENCE_MS, () => stream.destroy(new Error('nothing came of the answer for long')));
    stream.on('close', () => resolve({ headers, body: Buffer.concat(chunks), trailers }));
  });
}

describe('HTTP/2 both ways', { timeout: 4 * SILENCE_MS }, () => {
  let http1: TestUpstream;
  let http2: Http2Server;
  let sessions: ServerHttp2Session[] = [];
  let proxy: TestProxy;
  let client: ClientHttp2Session;

  before(async () => {
    http1 = await TestUpstream.start(() => ok('one'));
    http2 = createServer({ maxSessionMemory: 200 });
    http2.on('session', (session) => sessions.push(session));
    http2.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      switch (headers[':path']) {
        case '/echo':
          stream.respond({ ':status': 200 });
          stream.pipe(stream);
          break;
        case '/grpc':
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-got': String(headers['te']) }));
          stream.end('message');
          break;
        case '/only-trailers':
          stream.respond(
            { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' },
            { endStream: true },
          );
          break;
        case '/reset':
          stream.close(8);
          break;
        case '/refused':
          stream.close(7);
          break;
        case '/late-reset':
          stream.respond({ ':status': 200 });
          stream.write('part', () => setImmediate(() => stream.destroy(new Error('late'))));
          break;
        default:
          stream.respond({ ':status': 200, 'x-authority': String(headers[':authority']) });
          stream.end('two');
      }
    });
    http2.listen(0, '127.0.0.1');
    await once(http2, 'listening');
    const { port } = http2.address() as { port: number };
    proxy = await startProxy(
      bootstrap({
        clusters: [staticCluster('one', [http1.port]), staticCluster('two', [port], HTTP2_UPSTREAM)].join('\n'),
        routes: `- { match: { prefix: /one }, route: { cluster: one } }
- { match: { prefix: /grpc-slow }, route: { cluster: one, timeout: 0.05s } }
- { match: { path: /refused }, route: { cluster: two, retry_policy: { retry_on: refused-stream, num_retries: 1 } } }
- { match: { prefix: / }, route: { cluster: two } }`,
      }),
    );
    client = connect(`http://127.0.0.1:${proxy.port('test')}`, { maxSessionMemory: 200 });
  });

  after(async () => {
    client.destroy();
    await proxy.close();
    await http1.close();
    for (const session of sessions) session.destroy();
    sessions = [];
    http2.close();
  });

  test('a client of HTTP/2 and an upstream of HTTP/1', async () => {
    const answer = await call(client, { ':path': '/one', cookie: ['a=1', 'b=2'] });
    assert.equal(answer.headers[':status'], 200);
    assert.equal(answer.body.toString(), 'one');
    assert.equal(proxy.stat('http.test.downstream_rq_http2_total') > 0, true);
  });

  test('a client of HTTP/1 and an upstream of HTTP/2', async () => {
    const answer = await get(proxy.port('test'), '/x', { host: 'a.example' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-authority'), 'a.example');
    assert.match(answer.body, /two/);
  });

  test('many requests at once share one connection on both sides', async () => {
    const before = sessions.length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(client, { ':path': '/x' })));
    for (const { body } of answers) assert.equal(body.toString(), 'two');
    assert.ok(sessions.length <= Math.max(1, before));
    assert.equal(proxy.stat('cluster.two.upstream_cx_http2_total'), 1);
  });

  test('bodies larger than all windows pass both ways', async () => {
    const body = Buffer.alloc(40 * 1024 * 1024, 'abcdefg');
    const answer = await call(client, { ':path': '/echo', ':method': 'POST' }, body);
    assert.equal(answer.body.length, body.length);
    assert.ok(answer.body.equals(body));
  });

  test('gRPC: trailers, answers of trailers alone, and te pass', async () => {
    const headers = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
    const whole = await call(client, { ...headers, ':path': '/grpc' }, 'request');
    assert.equal(whole.body.toString(), 'message');
    assert.equal(whole.trailers?.['grpc-status'], '0');
    assert.equal(whole.trailers?.['x-got'], 'trailers');
    const alone = await call(client, { ...headers, ':path': '/only-trailers' }, 'request');
    assert.equal(alone.headers['grpc-status'], '5');
    assert.equal(alone.body.length, 0);
  });

  test('gRPC: our own answers are statuses of gRPC', async () => {
    http1.answer = () => '';
    const headers = { ':method': 'POST', ':path': '/grpc-slow', 'content-type': 'application/grpc' };
    const answer = await call(client, headers, 'request');
    http1.answer = () => ok('one');
    assert.equal(answer.headers[':status'], 200);
    assert.equal(answer.headers['grpc-status'], '14');
    assert.equal(answer.headers['grpc-message'], 'upstream request timeout');
  });

  test('a reset before the answer is 503, after it a reset', async () => {
    const answer = await call(client, { ':path': '/reset' });
    assert.equal(answer.headers[':status'], 503);
    assert.match(answer.body.toString(), /reset reason: remote reset$/);
    await assert.rejects(call(client, { ':path': '/late-reset' }));
    const refused = await call(client, { ':path': '/refused' });
    assert.equal(refused.headers[':status'], 503);
    assert.equal(proxy.stat('cluster.two.upstream_rq_retry'), 1);
  });

  test('a client that resets its stream ends the upstream request, and others go on', async () => {
    const stream = client.request({ ':path': '/echo', ':method': 'POST' });
    stream.on('error', () => {});
    stream.write('x');
    await once(stream, 'response');
    stream.close(8);
    const answer = await call(client, { ':path': '/x' });
    assert.equal(answer.body.toString(), 'two');
    await until('the end of the upstream request', () => proxy.stat('cluster.two.upstream_rq_active') === 0);
  });

  test('an upstream that says goodbye gets no more streams', async () => {
    const total = proxy.stat('cluster.two.upstream_cx_http2_total');
    for (const session of sessions) session.goaway();
    await until('GOAWAY', () => proxy.stat('cluster.two.upstream_cx_close_notify') > 0);
    const answer = await call(client, { ':path': '/x' });
    assert.equal(answer.body.toString(), 'two');
    assert.equal(proxy.stat('cluster.two.upstream_cx_http2_total'), total + 1);
  });
});
