import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { SystemClock } from '../base/clock.js';
import { SILENT_LOGGER } from '../base/logger.js';
import { SeededRandom } from '../base/random.js';
import { BodyDecoder, RequestParser, ResponseParser } from '../wire/http1/index.js';
import { HpackDecoder } from '../wire/http2/index.js';
import { loadBootstrap } from './config/bootstrap.js';
import type { LogicalProxy } from './logical-proxy.js';
import { HostSockets } from './network.js';
import { Http1Connection } from './pool/http1-connection.js';
import { ProxyServer } from './proxy-server.js';
import { Attempt } from './router/attempt.js';
import { exchange, get } from './testing/raw-client.js';
import { bootstrap, staticCluster } from './testing/test-proxy.js';
import { ok, TestUpstream } from './testing/test-upstream.js';

/** Replaces a method until it is mended: it throws where `when` says so. */
function breakMethod(
  owner: object,
  name: string,
  when: (self: unknown, args: readonly unknown[]) => boolean,
): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const known = Reflect.get(owner, name) as (...args: readonly unknown[]) => unknown;
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    value(this: unknown, ...args: readonly unknown[]): unknown {
      if (when(this, args)) throw new Error(`broken ${name}`);
      return Reflect.apply(known, this, args);
    },
  });
  return () => {
    Reflect.deleteProperty(owner, name);
    if (own !== undefined) Object.defineProperty(owner, name, own);
  };
}

const holds =
  (text: string) =>
  (_: unknown, args: readonly unknown[]): boolean =>
    (args[0] as Buffer).toString('latin1', args[1] as number, args[2] as number).includes(text);

const once = (): ((_: unknown) => boolean) => {
  let left = 1;
  return () => left-- > 0;
};

describe('an error of ours ends one connection, and reaches no other', { timeout: 60_000 }, () => {
  let upstream: TestUpstream;
  let server: ProxyServer;
  let one: LogicalProxy;
  let two: LogicalProxy;

  before(async () => {
    upstream = await TestUpstream.start(() => ok('fine'));
    server = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
    const text = bootstrap({
      clusters: staticCluster('up', [upstream.port]),
      routes: '- { match: { prefix: / }, route: { cluster: up } }',
    });
    const add = (id: string): LogicalProxy => {
      const { node, message } = loadBootstrap(text);
      return server.add({ id, node, sockets: new HostSockets(), bootstrap: message, onLog: () => {} });
    };
    one = add('one');
    two = add('two');
    await Promise.all([one.ready(), two.ready()]);
  });

  after(async () => {
    await server.close();
    await upstream.close();
  });

  const portOf = (proxy: LogicalProxy): number => proxy.boundAddress('test')!.port;
  const counter = (proxy: LogicalProxy, name: string): number => proxy.context.stats.counters.get(name)?.value ?? 0;
  const gauge = (proxy: LogicalProxy, name: string): number => proxy.context.stats.gauges.get(name)?.value ?? 0;

  /** Both serve as ever, and nothing is left of what broke. */
  async function bothServe(): Promise<void> {
    for (const proxy of [one, two]) {
      assert.equal((await get(portOf(proxy), '/ok')).body, 'fine');
      assert.equal(gauge(proxy, 'http.test.downstream_rq_active'), 0);
      assert.equal(gauge(proxy, 'cluster.up.upstream_rq_active'), 0);
      assert.equal(gauge(proxy, 'cluster.up.upstream_rq_pending_active'), 0);
    }
    assert.equal(counter(two, 'http.test.downstream_cx_threw') + counter(two, 'cluster.up.upstream_cx_threw'), 0);
  }

  const request = (target: string): string => `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;

  test('in the parser of requests', async () => {
    const mend = breakMethod(RequestParser.prototype, 'parse', holds('/throw'));
    const answer = await exchange(portOf(one), request('/throw'));
    mend();
    assert.equal(answer.raw, '');
    assert.equal(counter(one, 'http.test.downstream_cx_threw'), 1);
    await bothServe();
  });

  test('in the decoder of a request body', async () => {
    const mend = breakMethod(BodyDecoder.prototype, 'decode', holds('throw'));
    const answer = await exchange(portOf(one), 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nthrow it!');
    mend();
    assert.equal(answer.raw, '');
    assert.equal(counter(one, 'http.test.downstream_cx_threw'), 2);
    await bothServe();
  });

  test('in the parser of answers: the client hears of it', async () => {
    const mend = breakMethod(ResponseParser.prototype, 'parse', holds('fine'));
    const answer = await exchange(portOf(one), request('/'));
    mend();
    assert.equal(answer.status, 503);
    assert.equal(counter(one, 'cluster.up.upstream_cx_threw'), 1);
    await bothServe();
  });

  test('in a session of HTTP/2', async () => {
    const mend = breakMethod(HpackDecoder.prototype, 'decode', once());
    const client = connect(`http://127.0.0.1:${portOf(one)}`);
    client.on('error', () => {});
    const stream = client.request({ ':path': '/' });
    stream.on('error', () => {});
    await new Promise<void>((resolve) => stream.on('close', resolve));
    client.destroy();
    mend();
    assert.equal(counter(one, 'http.test.downstream_cx_threw'), 3);
    await bothServe();
  });

  test('when a request gets the connection that it waited for', async () => {
    const mend = breakMethod(Http1Connection.prototype, 'begin', once());
    one.clusters.get('up')!.hosts.forEach((host) => {
      for (const pool of host.pools) pool?.drain();
    });
    const answer = await exchange(portOf(one), request('/waits'));
    mend();
    assert.equal(answer.status, 503);
    await bothServe();
  });

  test('when the end of a connection is told', async () => {
    const mend = breakMethod(Attempt.prototype, 'cancel', once());
    const threw = counter(one, 'http.test.downstream_cx_threw');
    upstream.answer = () => '';
    const client = connectTcp(portOf(one), '127.0.0.1', () => client.write('GET /gone HTTP/1.1\r\nhost: a\r\n\r\n'));
    await until(() => gauge(one, 'cluster.up.upstream_rq_active') === 1);
    client.destroy();
    await until(() => counter(one, 'http.test.downstream_cx_threw') === threw + 1);
    mend();
    upstream.answer = () => ok('fine');
    assert.equal((await get(portOf(one), '/ok')).body, 'fine');
    assert.equal((await get(portOf(two), '/ok')).body, 'fine');
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
