import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from '../../wire/http1/index.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';
import { ANSWER_BYTES_MAX } from './client-call.js';
import { type ClientRequest, type ClientResult, ClusterClient } from './cluster-client.js';

const ROUTES = '- { match: { prefix: / }, direct_response: { status: 200 } }';

async function withClient(
  port: number,
  run: (client: ClusterClient, proxy: TestProxy) => Promise<void>,
): Promise<void> {
  const proxy = await startProxy(bootstrap({ clusters: staticCluster('service', [port]), routes: ROUTES }));
  try {
    await run(new ClusterClient(proxy.proxy.context, proxy.proxy.clusters), proxy);
  } finally {
    await proxy.close();
  }
}

function send(client: ClusterClient, cluster: string, timeout_ms: number, body?: Uint8Array): Promise<ClientResult> {
  const headers = new HeaderMap();
  headers.add('x-one', '1');
  const request: ClientRequest = { method: 'POST', path: '/check', authority: 'service', headers, body };
  return new Promise((resolve) => {
    client.send(cluster, request, timeout_ms, resolve);
  });
}

test('a request of the proxy itself reaches a cluster and its answer comes back whole', async () => {
  const upstream = await TestUpstream.start(() => ok('granted', 'x-two: 2\r\n'));
  await withClient(upstream.port, async (client, proxy) => {
    const result = await send(client, 'service', 1_000, Buffer.from('hello'));
    assert.ok(result.kind === 'answer');
    assert.equal(result.status, 200);
    assert.equal(result.headers.get('x-two'), '2');
    assert.equal(result.body.toString(), 'granted');
    assert.equal(upstream.seen[0]?.line, 'POST /check HTTP/1.1');
    assert.equal(upstream.seen[0]?.body, 'hello');
    assert.equal(upstream.header('host'), 'service');
    assert.equal(proxy.stat('cluster.service.upstream_rq_200'), 1);
  });
  await upstream.close();
});

test('what keeps an answer away is told', async () => {
  const upstream = await TestUpstream.start(() => () => {});
  await withClient(upstream.port, async (client) => {
    assert.deepEqual(await send(client, 'other', 0), { kind: 'failure', reason: 'no_cluster' });
    assert.deepEqual(await send(client, 'service', 20), { kind: 'failure', reason: 'timeout' });
    upstream.answer = () => (socket) => socket.destroy();
    assert.deepEqual(await send(client, 'service', 0), { kind: 'failure', reason: 'reset' });
    upstream.answer = () => ok('x'.repeat(ANSWER_BYTES_MAX));
    assert.equal((await send(client, 'service', 0)).kind, 'answer');
    upstream.answer = () => ok('x'.repeat(ANSWER_BYTES_MAX + 1));
    assert.deepEqual(await send(client, 'service', 0), { kind: 'failure', reason: 'body_too_large' });
  });
  await upstream.close();
  await withClient(upstream.port, async (client) => {
    assert.deepEqual(await send(client, 'service', 0), { kind: 'failure', reason: 'connect' });
  });
});
