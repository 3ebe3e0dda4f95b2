import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { get } from '../../src/proxy/testing/raw-client.js';
import { bootstrap, staticCluster } from '../../src/proxy/testing/test-proxy.js';
import { TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { ChildProxy } from './child-proxy.js';
import { until } from './patience.js';

const CONNECTIONS = 10_000;
/** Files that a process needs beside its connections. */
const OTHER_FILES = 500;
const AT_ONCE = 200;
/** Measured: about 9 KiB of Node's own for a socket, and the connection's state. */
const BYTES_PER_CONNECTION_MAX = 24 * 1024;

/** Open files that a process of this user may have. */
function filesAllowed(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
}

function idle(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    // Each has been used once, and waits for more.
    socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    socket.once('data', () => resolve(socket));
  });
}

test('many idle connections: little memory each, and the proxy still serves', async (t) => {
  const count = Math.min(CONNECTIONS, filesAllowed() - OTHER_FILES);
  if (count < CONNECTIONS) t.diagnostic(`only ${count} connections: the limit of open files allows no more`);
  const upstream = await TestUpstream.start();
  const routes = '- { match: { prefix: / }, direct_response: { status: 200, body: { inline_string: hi } } }';
  const proxy = await ChildProxy.start(bootstrap({ routes, clusters: staticCluster('up', [upstream.port]) }));
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await proxy.close();
    await upstream.close();
  });
  await get(proxy.port);
  const before = await proxy.memory();
  while (sockets.length < count) {
    const batch = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => idle(proxy.port)))));
  }
  assert.equal(await proxy.stat('http.test.downstream_cx_active'), count);
  const now = await proxy.memory();
  const each = (now.heap_bytes + now.external_bytes - before.heap_bytes - before.external_bytes) / count;
  t.diagnostic(
    `${Math.round(each)} bytes of heap and buffers a connection, ${Math.round((now.rss_bytes - before.rss_bytes) / count)} resident`,
  );
  assert.ok(each < BYTES_PER_CONNECTION_MAX, `${Math.round(each)} bytes a connection`);
  assert.equal((await get(proxy.port)).status, 200);
  for (const socket of sockets) socket.destroy();
  await until('all are gone', async () => (await proxy.stat('http.test.downstream_cx_active')) === 0);
});
