import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { get } from '../../src/proxy/testing/raw-client.js';
import { startProxy, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { withTypes } from '../conformance/envoy/runner/bootstrap.js';
import { ControlPlane } from '../conformance/envoy/runner/control-plane.js';
import { until } from './patience.js';

const ADS = { ads: {}, resource_api_version: 'V3' };
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const endpoint = (port: number): JsonObject => ({
  endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
});
const assignment = (name: string, port: number): JsonObject => ({
  cluster_name: name,
  endpoints: [{ lb_endpoints: [endpoint(port)] }],
});

const LISTENER = withTypes({
  name: 'test',
  address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
  filter_chains: [
    {
      filters: [
        {
          name: 'hcm',
          typed_config: {
            '@type': 'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            stat_prefix: 'test',
            rds: { route_config_name: 'routes', config_source: ADS },
            http_filters: [{ name: 'router', typed_config: { '@type': 'extensions.filters.http.router.v3.Router' } }],
          },
        },
      ],
    },
  ],
}) as JsonObject;
const CLUSTER: JsonObject = { name: 'up', type: 'EDS', connect_timeout: '1s', eds_cluster_config: { eds_config: ADS } };

const routes = (version: string): JsonObject => ({
  name: 'routes',
  response_headers_to_add: [{ header: { key: 'x-version', value: version } }],
  virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'up' } }] }],
});

function bootstrapOf(adsPort: number, apiType: string): string {
  return JSON.stringify({
    node: { id: 'test', cluster: 'test' },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'ads' } }],
      },
      cds_config: ADS,
      lds_config: ADS,
    },
    static_resources: {
      clusters: [
        {
          name: 'ads',
          type: 'STATIC',
          connect_timeout: '1s',
          load_assignment: assignment('ads', adsPort),
          typed_extension_protocol_options: {
            [HTTP_OPTIONS]: {
              '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        },
      ],
    },
  });
}

for (const apiType of ['DELTA_GRPC', 'GRPC']) {
  describe(`a control plane that vanishes and returns (${apiType})`, () => {
    const controlPlane = new ControlPlane();
    let upstream: TestUpstream;
    let proxy: TestProxy;

    before(async () => {
      upstream = await TestUpstream.start(() => ok('served'));
      controlPlane.set({
        listener: [LISTENER],
        route: [routes('1')],
        cluster: [CLUSTER],
        endpoint: [assignment('up', upstream.port)],
      });
      await controlPlane.start();
      proxy = await startProxy(bootstrapOf(controlPlane.port, apiType));
    });

    after(async () => {
      await proxy?.close();
      await controlPlane.stop();
      await upstream?.close();
    });

    const version = async (): Promise<string | undefined> => (await get(proxy.port('test'))).headers.get('x-version');

    test('what it said holds while it is away', async () => {
      assert.equal(await version(), '1');
      await controlPlane.stop();
      await until('the proxy noticed', () => proxy.stat('control_plane.connected_state') === 0);
      for (let i = 0; i < 20; i++) assert.equal((await get(proxy.port('test'))).body, 'served');
    });

    test('what changed meanwhile arrives when it is back, and no request fails', async () => {
      controlPlane.set({ route: [routes('2')] });
      await controlPlane.start();
      await until('the new routes are served', async () => {
        const answer = await get(proxy.port('test'));
        assert.equal(answer.status, 200);
        return answer.headers.get('x-version') === '2';
      });
    });

    test('it comes and goes several times', async () => {
      for (const next of ['3', '4', '5']) {
        await controlPlane.stop();
        controlPlane.set({ route: [routes(next)] });
        await controlPlane.start();
        await until(`version ${next}`, async () => (await version()) === next);
      }
    });

    test('a bad change after its return is refused, and the old one stays', async () => {
      controlPlane.set({
        route: [{ ...routes('6'), response_headers_to_add: [{ header: { key: 'x', value: '%NO_SUCH%' } }] }],
      });
      await until('it is refused', () => controlPlane.nacks.length > 0);
      assert.match(controlPlane.nacks.join(), /response_headers_to_add/);
      assert.equal(await version(), '5');
    });
  });
}
