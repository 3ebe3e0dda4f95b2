import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SeededRandom } from '../../src/base/random.js';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { startEnvoy, type TestEnvoy } from '../../src/proxy/testing/test-envoy.js';
import { startProxy, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { ok, type SeenRequest, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { type Request, send } from './answers.js';
import { DOMAINS, HOSTS, randomRequest, randomVirtualHosts } from './random-routes.js';

const SEED = Number(process.env['TRYSAIL_SEED'] ?? 1);
const TABLES = 40;
const ROUTES_PER_TABLE = 5;
const REQUESTS_PER_TABLE = 25;

function configuration(upstream: number, virtualHosts: readonly unknown[]): string {
  const type = (name: string): string => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  const manager = {
    '@type': type('network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'test',
    route_config: {
      name: 'test',
      virtual_hosts: virtualHosts,
      ignore_port_in_host_matching: virtualHosts !== DOMAINS,
    },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': type('http.router.v3.Router') } }],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager };
  const endpoint = { endpoint: { address: address(upstream) } };
  return JSON.stringify({
    admin: { address: address(0) },
    static_resources: {
      listeners: [{ name: 'test', address: address(0), filter_chains: [{ filters: [filter] }] }],
      clusters: [
        {
          name: 'up',
          type: 'STATIC',
          load_assignment: { cluster_name: 'up', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  });
}

const NOT_COMPARED = new Set(['x-request-id', 'x-key']);

/** The upstream says what reached it. */
function echo({ line, headers }: SeenRequest): string {
  const fields = headers.filter(([name]) => !NOT_COMPARED.has(name)).map(([name, value]) => `${name}: ${value}`);
  return ok([line, ...fields.sort()].join('\n'));
}

const binary = findEnvoy();
const random = new SeededRandom(SEED);
const tables = randomVirtualHosts(random, TABLES, ROUTES_PER_TABLE);

for (const [name, virtualHosts] of [['random routes', tables] as const, ['domains', DOMAINS] as const]) {
  describe(`${name}, by this proxy and by Envoy`, { skip: binary === undefined && NO_ENVOY }, () => {
    let upstream: TestUpstream;
    let proxy: TestProxy;
    let envoy: TestEnvoy;

    before(async () => {
      upstream = await TestUpstream.start(echo);
      proxy = await startProxy(configuration(upstream.port, virtualHosts));
      envoy = await startEnvoy(binary!, configuration(upstream.port, virtualHosts));
    });

    after(async () => {
      await proxy?.close();
      await envoy?.close();
      await upstream?.close();
    });

    async function same(request: Request, explain: unknown): Promise<void> {
      const addresses = [proxy, envoy].map((one) => `127.0.0.1:${one.port('test')}`);
      const [ours, theirs] = await Promise.all(addresses.map((address) => send(address, request)));
      assert.deepEqual(ours, theirs, `seed ${SEED}: ${JSON.stringify(request)}\n${JSON.stringify(explain, null, 1)}`);
    }

    if (virtualHosts === DOMAINS) {
      for (const host of HOSTS) test(host, () => same({ host, path: '/' }, undefined));
    } else {
      for (const table of tables) {
        test(String(table['name']), async () => {
          for (let i = 0; i < REQUESTS_PER_TABLE; i++) {
            await same(randomRequest(random, `${table['name']}.example`), table);
          }
        });
      }
    }
  });
}
