import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../testing/raw-client.js';
import { bootstrap, startProxy, staticCluster } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';

const ONE_CONNECTION = 'circuit_breakers: { thresholds: [{ max_connections: 1 }] }';

for (const [name, first] of Object.entries({
  'after a body': `${ok('abc')}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`,
  'after a head alone': 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged',
})) {
  test(`bytes behind an answer are not the answer of the request that waits: ${name}`, async () => {
    const upstream = await TestUpstream.start(({ line }) => (line.includes('/first') ? first : ok('own')));
    const proxy = await startProxy(
      bootstrap({
        clusters: staticCluster('up', [upstream.port], ONE_CONNECTION),
        routes: '- { match: { prefix: / }, route: { cluster: up } }',
      }),
    );
    try {
      const port = proxy.port('test');
      const [, waiting] = await Promise.all([get(port, '/first'), get(port, '/second')]);
      assert.deepEqual([waiting.status, waiting.body], [200, 'own']);
      assert.equal(upstream.connections, 2);
    } finally {
      await proxy.close();
      await upstream.close();
    }
  });
}
