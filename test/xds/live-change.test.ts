import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SeededRandom } from '../../src/base/random.js';
import { HostSockets, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { DiscoveryServer } from './discovery-server.js';
import { apiSource, bootstrap, controlPlane, edsCluster, endpoints, listener, routes } from './resources.js';

const CLIENTS = 8;
const ROUNDS = 12;

/** The status of one request, 0 when its connection broke. */
function ask(agent: Agent, port: number): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ agent, port, host: '127.0.0.1', path: '/', method: 'GET' }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', () => resolve(0));
      answer.resume();
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

test('listeners, routes, clusters and endpoints change under load, and no request fails', {
  timeout: 60_000,
}, async () => {
  const upstreams = await Promise.all(['one', 'two', 'three'].map((name) => TestUpstream.start(() => ok(name))));
  const control = new DiscoveryServer();
  await control.listen();
  const server = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
  const [one, two, three] = upstreams.map(({ port }) => port) as [number, number, number];
  const publish = {
    endpoint: (i: number) =>
      control.set('endpoint', endpoints('a', i % 2 === 0 ? one : two), endpoints('b', i % 2 === 0 ? three : one, two)),
    cluster: (i: number) =>
      control.set(
        'cluster',
        edsCluster('a', '{ ads: {} }', `, max_requests_per_connection: ${100 + i}`),
        edsCluster('b', '{ ads: {} }', i % 2 === 0 ? '' : ', lb_policy: LEAST_REQUEST'),
      ),
    route: (i: number) => control.set('route', routes('r', i % 2 === 0 ? 'a' : 'b', `, timeout: ${10 + i}s`)),
    listener: (i: number) => control.set('listener', listener('web', 'r', '{ ads: {} }', `web${i}`)),
  };
  for (const change of [publish.endpoint, publish.cluster, publish.listener, publish.route]) change(0);
  const ads = `{ ads_config: ${apiSource('DELTA_GRPC')}, cds_config: { ads: {} }, lds_config: { ads: {} } }`;
  const { node, message } = loadBootstrap(bootstrap(ads, [controlPlane(control.port)]));
  const proxy = server.add({ id: 'p', node, sockets: new HostSockets(), bootstrap: message });
  const agents = Array.from({ length: CLIENTS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  try {
    await proxy.ready();
    const port = proxy.boundAddress('web')!.port;
    let running = true;
    const tally = new Map<number, number>();
    const clients = agents.map(async (agent, i) => {
      while (running) {
        const status = await ask(i % 2 === 0 ? agent : new Agent({ keepAlive: false }), port);
        tally.set(status, (tally.get(status) ?? 0) + 1);
      }
    });
    const accepted = () => control.requests.filter(({ request: { responseNonce } }) => responseNonce !== '').length;
    for (let round = 1; round <= ROUNDS; round++) {
      for (const change of Object.values(publish)) {
        const before = accepted();
        const asked = tally.get(200) ?? 0;
        change(round);
        // the change was taken, and requests came since
        while (accepted() === before || (tally.get(200) ?? 0) < asked + CLIENTS) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    }
    running = false;
    await Promise.all(clients);
    assert.deepEqual([...tally.keys()], [200], JSON.stringify([...tally]));
    for (const kind of ['cluster', 'endpoint', 'listener', 'route'] as const)
      assert.deepEqual(control.refusals(kind), []);
    assert.ok(upstreams.every(({ seen }) => seen.length > 0));
  } finally {
    for (const agent of agents) agent.destroy();
    await server.close();
    await control.close();
    for (const upstream of upstreams) await upstream.close();
  }
});
