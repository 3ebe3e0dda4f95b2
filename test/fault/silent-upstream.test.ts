import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { get } from '../../src/proxy/testing/raw-client.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { until } from './patience.js';

const ROUTES = `
- { match: { prefix: /once }, route: { cluster: up, timeout: 0.3s } }
- { match: { prefix: /again }, route: { cluster: up, timeout: 5s, retry_policy: { retry_on: 5xx, num_retries: 2, per_try_timeout: 0.2s } } }`;
const CLIENTS = 100;

describe('an upstream that never answers', () => {
  let upstream: TestUpstream;
  let proxy: TestProxy;

  before(async () => {
    upstream = await TestUpstream.start(() => () => {});
    proxy = await startProxy(bootstrap({ routes: ROUTES, clusters: staticCluster('up', [upstream.port]) }));
  });

  after(async () => {
    await proxy?.close();
    await upstream?.close();
  });

  test(`${CLIENTS} clients get 504, and nothing of them stays`, async () => {
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => get(proxy.port('test'), '/once')));
    for (const { status } of answers) assert.equal(status, 504);
    await until('no connection stays', () => proxy.stat('cluster.up.upstream_cx_active') === 0);
    assert.equal(proxy.stat('http.test.downstream_rq_active'), 0);
    assert.equal(proxy.stat('cluster.up.upstream_rq_timeout'), CLIENTS);
  });

  test('each attempt has its time, and then the client is told', async () => {
    const seen = upstream.seen.length;
    const { status } = await get(proxy.port('test'), '/again');
    assert.equal(status, 504);
    assert.equal(upstream.seen.length - seen, 3);
  });

  test('an upstream that accepts no data at all', async () => {
    const closed = upstream.port;
    await upstream.close();
    const { status } = await get(proxy.port('test'), '/once');
    assert.equal(status, 503, `nothing listens at ${closed}`);
  });
});
