import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { type Random, SystemRandom } from '../../src/base/random.js';
import { HostSockets, type LogicalProxy, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';
import { get } from '../../src/proxy/testing/raw-client.js';
import { bootstrap, staticCluster } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { until } from './patience.js';

const FAULT = `typed_per_filter_config:
    envoy.filters.http.fault:
      "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
      abort: { http_status: 418, percentage: { numerator: 50 } }`;
const ROUTES = `
- match: { prefix: /chance }
  route: { cluster: up }
  ${FAULT}
- { match: { prefix: / }, route: { cluster: up, timeout: 0s } }`;

describe('logical proxies of one process', () => {
  let server: ProxyServer;
  let upstream: TestUpstream;
  let held: (() => void)[];

  beforeEach(async () => {
    held = [];
    upstream = await TestUpstream.start(({ line }) => {
      if (!line.includes('/held')) return ok('fine');
      return (socket) => void held.push(() => socket.write(ok('at last')));
    });
    server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger: SILENT_LOGGER });
  });

  afterEach(async () => {
    await server.close();
    await upstream.close();
  });

  async function add(id: string, cluster = '', onLog?: (line: string) => void): Promise<LogicalProxy> {
    const text = bootstrap({ routes: ROUTES, clusters: staticCluster('up', [upstream.port], cluster) });
    const { node, message } = loadBootstrap(text);
    const proxy = server.add({ id, node, sockets: new HostSockets(), bootstrap: message, ...(onLog && { onLog }) });
    await proxy.ready();
    return proxy;
  }

  const portOf = (proxy: LogicalProxy): number => proxy.boundAddress('test')?.port ?? 0;

  test('a filter that throws fails its own request, with 500', async () => {
    const [one, other] = [await add('one'), await add('other')];
    const broken: Random = {
      next: () => {
        throw new Error('no chance');
      },
      below: () => {
        throw new Error('no chance');
      },
    };
    // The fault filter throws the dice of its own proxy.
    Object.assign(one.context, { random: broken });
    for (let i = 0; i < 5; i++) {
      assert.equal((await get(portOf(one), '/chance')).status, 500);
      assert.ok([200, 418].includes((await get(portOf(other), '/chance')).status));
    }
    assert.equal((await get(portOf(one), '/')).status, 200, 'what does not throw is served');
  });

  test('limits that one has used up are not those of another', async () => {
    const limit = 'circuit_breakers: { thresholds: [{ max_requests: 1 }] }';
    const [one, other] = [await add('one', limit), await add('other', limit)];
    const first = get(portOf(one), '/held');
    await until('it reached the upstream', () => held.length === 1);
    assert.equal((await get(portOf(one), '/')).status, 503);
    assert.equal((await get(portOf(other), '/')).status, 200);
    for (const answer of held) answer();
    assert.equal((await first).body, 'at last');
  });

  test('one that is removed takes nothing of the others with it', async () => {
    const [one, other] = [await add('one'), await add('other')];
    const waiting = get(portOf(other), '/held');
    await until('it reached the upstream', () => held.length === 1);
    const port = portOf(one);
    await server.remove('one', 0);
    assert.equal((await get(port, '/')).status, 0, 'nothing listens any more');
    for (const answer of held) answer();
    assert.equal((await waiting).body, 'at last');
  });

  test('a bad bootstrap starts nothing, and changes nothing', async () => {
    const other = await add('other');
    const bad = bootstrap({
      routes: '- { match: { safe_regex: { regex: "(" } }, route: { cluster: up } }',
      clusters: staticCluster('up', [upstream.port]),
    });
    assert.throws(() => {
      const { node, message } = loadBootstrap(bad);
      server.add({ id: 'bad', node, sockets: new HostSockets(), bootstrap: message });
    }, /safe_regex/);
    assert.equal((await get(portOf(other), '/')).status, 200);
  });
});
