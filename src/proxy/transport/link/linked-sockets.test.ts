import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HostSockets } from '../../network.js';
import { exchange } from '../../testing/raw-client.js';
import { bootstrap, startProxy, type TestProxy } from '../../testing/test-proxy.js';
import { ok, TestUpstream } from '../../testing/test-upstream.js';
import { LinkNetwork } from './link-network.js';
import { LinkedSockets } from './linked-sockets.js';

function forwardTo(port: number): string {
  return bootstrap({
    routes: '- match: { prefix: "/" }\n  route: { cluster: next }',
    clusters: `- name: next
  type: STATIC
  connect_timeout: 1s
  load_assignment:
    cluster_name: next
    endpoints:
    - lb_endpoints:
      - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }`,
  });
}

async function twoProxies(
  t: TestContext,
  upstream: TestUpstream,
  network: LinkNetwork,
): Promise<{ edge: TestProxy; inner: TestProxy }> {
  const sockets = new LinkedSockets(new HostSockets(), network, { address: '127.0.0.1' });
  const inner = await startProxy(forwardTo(upstream.port), { sockets });
  const edge = await startProxy(forwardTo(inner.port('test')), { sockets });
  t.after(async () => {
    await edge.close();
    await inner.close();
    await upstream.close();
  });
  return { edge, inner };
}

const GET = 'GET /path HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n';

test('a request goes from proxy to proxy without a socket, and is counted and logged as over one', async (t) => {
  const upstream = await TestUpstream.start(() => ok('x'.repeat(300_000)));
  const { edge, inner } = await twoProxies(t, upstream, new LinkNetwork());
  const answer = await exchange(edge.port('test'), GET);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, 300_000);
  assert.equal(inner.stat('http.test.downstream_cx_total'), 1);
  assert.equal(inner.stat('http.test.downstream_rq_2xx'), 1);
  assert.equal(edge.stat('cluster.next.upstream_cx_total'), 1);
  assert.equal(edge.stat('cluster.next.upstream_rq_200'), 1);
  assert.match(inner.logs.join(''), /^LOG 200 - GET \/path HTTP\/1.1 0 300000 next$/m);
});

test('a body of the client reaches the upstream through both', async (t) => {
  const upstream = await TestUpstream.start();
  const { edge } = await twoProxies(t, upstream, new LinkNetwork());
  const body = 'y'.repeat(400_000);
  const request = `POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  assert.equal((await exchange(edge.port('test'), request)).status, 200);
  assert.equal(upstream.seen[0]!.body, body);
});

test('a listener that is gone is reached no more', async (t) => {
  const upstream = await TestUpstream.start();
  const { edge, inner } = await twoProxies(t, upstream, new LinkNetwork());
  assert.equal((await exchange(edge.port('test'), GET)).status, 200);
  await inner.close();
  const answer = await exchange(edge.port('test'), GET);
  assert.equal(answer.status, 503);
  assert.match(answer.body, /reset reason: (remote connection failure|connection termination)/);
});

test('a capture takes all ports of its address but those excepted, and none of what its own pod asks', async () => {
  const network = new LinkNetwork();
  const sockets = new LinkedSockets(new HostSockets(), network, { address: '10.0.0.9' });
  const accepted: Socket[] = [];
  const close = network.capture({ address: '10.0.0.5', port: 15006 }, [15020], (socket) => accepted.push(socket));
  const client = network.connect('10.0.0.9', { address: '10.0.0.5', port: 8080 })!;
  await once(client, 'connect');
  assert.equal(accepted[0]!.localPort, 15006);
  assert.equal(accepted[0]!.remoteAddress, '10.0.0.9');
  assert.equal(client.remotePort, 8080);
  assert.deepEqual(sockets.originalDestination(accepted[0]!), { address: '10.0.0.5', port: 8080 });
  assert.equal(network.connect('10.0.0.9', { address: '10.0.0.5', port: 15020 }), undefined);
  assert.equal(network.connect('10.0.0.5', { address: '10.0.0.5', port: 8080 }), undefined);
  const late = network.connect('10.0.0.9', { address: '10.0.0.5', port: 8080 })!;
  close();
  await assert.rejects(once(late, 'connect'), { code: 'ECONNREFUSED' });
  assert.equal(network.connect('10.0.0.9', { address: '10.0.0.5', port: 8080 }), undefined);
});
