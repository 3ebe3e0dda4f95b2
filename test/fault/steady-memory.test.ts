import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { bootstrap, staticCluster } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { ChildProxy } from './child-proxy.js';

/** TRYSAIL_FAULT_REQUESTS=10000000 makes it the long run. */
const REQUESTS = Number(process.env['TRYSAIL_FAULT_REQUESTS'] ?? 200_000);
const WARM_UP = 20_000;
const CONNECTIONS = 16;
/** Compiled code and histograms grow a little at first; a leak of ten bytes a request would show. */
const GROWTH_BYTES_MAX = 2 * 1024 * 1024;

const REQUEST = Buffer.from('GET /steady HTTP/1.1\r\nhost: a\r\nuser-agent: test\r\n\r\n');

/** Sends `count` requests one after another on one connection. */
function ask(port: number, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => (left > 0 ? reject(new Error('the proxy ended the connection')) : resolve()));
    socket.on('data', (chunk) => {
      // An answer fits one segment; its last byte says so.
      if (chunk.at(-1) !== 0x2e) return;
      if (--left > 0) socket.write(REQUEST);
      else socket.end();
    });
  });
}

async function load(port: number, requests: number): Promise<void> {
  const each = Math.ceil(requests / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, each)));
}

test(`memory is steady over ${REQUESTS} requests`, { timeout: 60_000 + REQUESTS }, async (t) => {
  const upstream = await TestUpstream.start(() => ok('answered.'));
  const routes = '- { match: { prefix: / }, route: { cluster: up } }';
  const proxy = await ChildProxy.start(bootstrap({ routes, clusters: staticCluster('up', [upstream.port]) }));
  t.after(async () => {
    await proxy.close();
    await upstream.close();
  });
  await load(proxy.port, WARM_UP);
  const before = await proxy.memory();
  for (let left = REQUESTS; left > 0; left -= WARM_UP) {
    await load(proxy.port, Math.min(left, WARM_UP));
    upstream.seen.length = 0;
  }
  const now = await proxy.memory();
  const grown = now.heap_bytes + now.external_bytes - before.heap_bytes - before.external_bytes;
  t.diagnostic(
    `heap and buffers grew by ${grown} bytes, to ${now.heap_bytes + now.external_bytes}; ${now.rss_bytes} resident`,
  );
  assert.ok(grown < GROWTH_BYTES_MAX, `heap and buffers grew by ${grown} bytes`);
});
