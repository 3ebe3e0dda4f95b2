import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SystemClock } from '../base/clock.js';
import { SILENT_LOGGER } from '../base/logger.js';
import { SeededRandom } from '../base/random.js';
import { TYPE_URL } from './config/config-stream.js';
import type { LogicalProxy } from './logical-proxy.js';
import { HostSockets } from './network.js';
import { ProxyServer } from './proxy-server.js';
import { FakeConfigStream } from './testing/fake-config-stream.js';
import { get } from './testing/raw-client.js';
import { ok, TestUpstream } from './testing/test-upstream.js';

const NODE = { id: 'sidecar~1', cluster: 'test', metadata: {}, locality: { region: '', zone: '' } };
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

const listener = (statPrefix = 'a', more = ''): string => `
name: web
address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
filter_chains:
- filters:
  - name: hcm
    typed_config:
      "@type": ${HCM}
      stat_prefix: ${statPrefix}
      rds: { route_config_name: "8080", config_source: { ads: {} } }
      http_filters: [{ name: router, typed_config: { "@type": ${ROUTER} } }]
      ${more}
`;
const cluster = (name: string, more = ''): string =>
  `{ name: ${name}, type: EDS, eds_cluster_config: { eds_config: { ads: {} } }${more} }`;
const endpoints = (name: string, ...ports: number[]): string =>
  `{ cluster_name: ${name}, endpoints: [{ lb_endpoints: [${ports
    .map((port) => `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`)
    .join(', ')}] }] }`;
const routes = (name: string): string =>
  `{ name: "8080", virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: ${name} } }] }] }`;

describe('live configuration', () => {
  let server: ProxyServer;
  let stream: FakeConfigStream;
  let proxy: LogicalProxy;
  let one: TestUpstream;
  let two: TestUpstream;

  beforeEach(async () => {
    one = await TestUpstream.start(() => ok('one'));
    two = await TestUpstream.start(() => ok('two'));
    server = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
    stream = new FakeConfigStream();
    proxy = server.add({ id: 'p', node: NODE, sockets: new HostSockets(), configStream: stream });
  });

  afterEach(async () => {
    await server.close();
    await one.close();
    await two.close();
  });

  async function serveOne(): Promise<number> {
    stream.send('cluster', cluster('one'));
    stream.send('endpoint', endpoints('one', one.port));
    stream.send('listener', listener());
    stream.send('route', routes('one'));
    await proxy.ready();
    return proxy.boundAddress('web')!.port;
  }

  test('warming: a cluster waits for its endpoints, a listener for its routes, and both are asked for', async () => {
    stream.send('cluster', cluster('one'));
    assert.deepEqual(stream.wanted.get(TYPE_URL.endpoint), ['one']);
    assert.equal(proxy.clusters.get('one'), undefined);
    stream.send('listener', listener());
    assert.deepEqual(stream.wanted.get(TYPE_URL.route), ['8080']);
    assert.equal(proxy.listeners.listeners.length, 0);
    assert.equal(proxy.isReady, false);
    stream.send('endpoint', endpoints('one', one.port));
    assert.ok(proxy.clusters.get('one'));
    stream.send('route', routes('one'));
    await proxy.ready();
    assert.equal((await get(proxy.boundAddress('web')!.port)).body, 'one');
  });

  test('a bad update is refused with the path of the field, and the old one stays', async () => {
    const port = await serveOne();
    const verdict = stream.send('listener', listener('b', 'original_ip_detection_extensions: [{ name: x }]'));
    assert.deepEqual(verdict, {
      reject:
        'Listener "web": filter_chains[0].filters[0].typed_config.original_ip_detection_extensions: not supported',
      rejected: ['web'],
    });
    const other = stream.send('cluster', cluster('one', ', connection_pool_per_downstream_connection: true'));
    assert.deepEqual(other, {
      reject: 'Cluster "one": connection_pool_per_downstream_connection: not supported',
      rejected: ['one'],
    });
    const regex = stream.send(
      'route',
      '{ name: "8080", virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { safe_regex: { regex: "a(?=b)" } }, route: { cluster: one } }] }] }',
    );
    assert.match(
      'reject' in regex ? regex.reject : '',
      /^RouteConfiguration "8080": virtual_hosts\[0\]\.routes\[0\]\.match\.safe_regex\.regex: /,
    );
    assert.equal((await get(port)).body, 'one');
  });

  test('routes, clusters, endpoints and listeners change under load, and no request fails', async () => {
    const port = await serveOne();
    stream.send('cluster', cluster('two'));
    stream.send('endpoint', endpoints('two', two.port));
    let running = true;
    const failures: string[] = [];
    let answered = 0;
    const client = async (): Promise<void> => {
      while (running) {
        const answer = await get(port);
        answered++;
        if (answer.status !== 200) failures.push(answer.raw);
      }
    };
    const clients = [client(), client(), client(), client()];
    for (let i = 0; i < 40; i++) {
      const name = i % 2 === 0 ? 'two' : 'one';
      stream.send('route', routes(name));
      stream.send('endpoint', endpoints('one', one.port, ...(i % 3 === 0 ? [two.port] : [])));
      if (i % 5 === 0) stream.send('cluster', cluster(name, `, connect_timeout: ${i + 1}s`));
      if (i % 5 === 0) stream.send('endpoint', endpoints('one', one.port), endpoints('two', two.port));
      if (i % 4 === 0) stream.send('listener', listener(`v${i}`));
      const until = answered + 8;
      while (answered < until) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    running = false;
    await Promise.all(clients);
    assert.deepEqual(failures, []);
    assert.ok(answered >= 320);
  });

  test('a removed listener accepts no more, and a proxy that is removed leaves others alone', async () => {
    const port = await serveOne();
    const otherStream = new FakeConfigStream();
    server.add({ id: 'q', node: NODE, sockets: new HostSockets(), configStream: otherStream });
    stream.remove('listener', 'web');
    assert.equal((await get(port)).status, 0);
    await server.remove('p', 0);
    assert.equal(stream.closed, true);
    assert.equal(otherStream.closed, false);
    assert.throws(() => server.add({ id: 'q', node: NODE, sockets: new HostSockets(), configStream: otherStream }), {
      code: 'DUPLICATE_PROXY',
    });
  });
});
