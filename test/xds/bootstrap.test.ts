import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parse } from 'yaml';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SeededRandom } from '../../src/base/random.js';
import { HostSockets, type LogicalProxy, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';
import { get } from '../../src/proxy/testing/raw-client.js';
import { inline, TestAuthority } from '../../src/proxy/testing/test-certificates.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import type { DiscoveryRequest } from '../../src/xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { DiscoveryServer } from './discovery-server.js';
import { apiSource, bootstrap, controlPlane, edsCluster, endpoints, listener, routes } from './resources.js';

/** Waits for a condition; the test's own limit ends it. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const OWN_SERVICES: Readonly<Record<string, string>> = { GRPC: 'Stream', DELTA_GRPC: 'Delta' };

describe('dynamic configuration from a bootstrap', { timeout: 60_000 }, () => {
  let control: DiscoveryServer;
  let one: TestUpstream;
  let two: TestUpstream;
  let server: ProxyServer;
  let proxy: LogicalProxy;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trysail-bootstrap-'));
    control = new DiscoveryServer();
    await control.listen();
    one = await TestUpstream.start(() => ok('one'));
    two = await TestUpstream.start(() => ok('two'));
    server = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
  });

  afterEach(async () => {
    await server.close();
    await control.close();
    await one.close();
    await two.close();
    rmSync(folder, { recursive: true });
  });

  function start(text: string): LogicalProxy {
    const { node, message } = loadBootstrap(text);
    proxy = server.add({ id: 'p', node, sockets: new HostSockets(), bootstrap: message });
    return proxy;
  }

  const port = (name: string): number => proxy.boundAddress(name)?.port ?? 0;
  const body = async (name = 'web'): Promise<string> => (await get(port(name))).body;
  const stat = (name: string): number => proxy.context.stats.counters.get(name)?.value ?? 0;

  function serveOne(): void {
    control.set('cluster', edsCluster('a'));
    control.set('endpoint', endpoints('a', one.port));
    control.set('listener', listener('web', 'r'));
    control.set('route', routes('r', 'a'));
  }

  const ads = (apiType: string, more = ''): string =>
    `{ ads_config: ${apiSource(apiType).replace('{', `{ ${more}`)}, cds_config: { ads: {}, resource_api_version: V3 }, lds_config: { ads: {}, resource_api_version: V3 } }`;

  for (const apiType of ['GRPC', 'DELTA_GRPC'] as const) {
    test(`${apiType} ADS: everything comes, changes and goes`, async () => {
      serveOne();
      start(bootstrap(ads(apiType), [controlPlane(control.port)]));
      await proxy.ready();
      assert.equal(await body(), 'one');
      const [first] = control.requests;
      assert.equal(first?.request.node?.id, 'n1');
      assert.deepEqual(first?.request.node?.metadata, { role: 'edge' });
      assert.equal(first?.request.typeUrl.endsWith('.Cluster'), true, 'clusters are asked for first');
      assert.equal(control.headers[0]?.['token'], 't1');
      assert.match(String(control.headers[0]?.[':authority']), /^xds/);

      control.set('endpoint', endpoints('a', two.port));
      await until(async () => (await body()) === 'two');
      control.set('listener', listener('other', 'r'));
      await until(() => port('other') !== 0 && port('web') === 0);
      assert.equal(await body('other'), 'two');
      control.set('cluster');
      await until(async () => (await get(port('other'))).status === 503);
    });

    test(`${apiType} ADS: what is refused is said with the path of the field, the old stays and the good is taken`, async () => {
      serveOne();
      start(bootstrap(ads(apiType), [controlPlane(control.port)]));
      await proxy.ready();
      control.set(
        'cluster',
        edsCluster('a', '{ ads: {} }', ', protocol_selection: USE_DOWNSTREAM_PROTOCOL'),
        edsCluster('b'),
      );
      await until(() => control.refusals('cluster').length > 0);
      assert.match(control.refusals('cluster')[0]!, /Cluster "a": protocol_selection: .*not supported/);
      control.set('endpoint', endpoints('a', one.port), endpoints('b', two.port));
      control.set('route', routes('r', 'b'));
      await until(async () => (await body()) === 'two');
      control.set('route', routes('r', 'a'));
      await until(async () => (await body()) === 'one');
      assert.equal(stat('cluster_manager.cds.update_rejected'), 1);
    });

    test(`${apiType} ADS: a control plane that goes away changes nothing, and is asked again when it is back`, async () => {
      serveOne();
      start(bootstrap(ads(apiType), [controlPlane(control.port)]));
      await proxy.ready();
      const { port: address } = control;
      await control.close();
      assert.equal(await body(), 'one');
      control.requests.length = 0;
      await control.listen(address);
      control.set('endpoint', endpoints('a', two.port));
      await until(async () => (await body()) === 'two');
      const [again] = control.asked('cluster');
      if (apiType === 'GRPC') assert.notEqual((again as DiscoveryRequest).versionInfo, '');
      assert.equal(again?.node?.id, 'n1');
      assert.equal(again?.responseNonce, '');
    });

    test(`${apiType}: each type from a service of its own`, async () => {
      const own = `{ api_config_source: ${apiSource(apiType)}, resource_api_version: V3 }`;
      control.set('cluster', edsCluster('a', own));
      control.set('endpoint', endpoints('a', one.port));
      control.set('listener', listener('web', 'r', own));
      control.set('route', routes('r', 'a'));
      start(bootstrap(`{ cds_config: ${own}, lds_config: ${own} }`, [controlPlane(control.port)]));
      await proxy.ready();
      assert.equal(await body(), 'one');
      const methods = new Set(control.requests.map(({ path }) => path));
      const call = OWN_SERVICES[apiType];
      assert.deepEqual([...methods].sort(), [
        `/envoy.service.cluster.v3.ClusterDiscoveryService/${call}Clusters`,
        `/envoy.service.endpoint.v3.EndpointDiscoveryService/${call}Endpoints`,
        `/envoy.service.listener.v3.ListenerDiscoveryService/${call}Listeners`,
        `/envoy.service.route.v3.RouteDiscoveryService/${call}Routes`,
      ]);
    });
  }

  test('state of the world: the node goes with the first message only where that is asked for', async () => {
    serveOne();
    start(bootstrap(ads('GRPC', 'set_node_on_first_message_only: true,'), [controlPlane(control.port)]));
    await proxy.ready();
    assert.equal(control.requests.filter(({ request }) => request.node !== undefined).length, 1);
  });

  test('routes that do not come in time: the listener begins without', async () => {
    control.set('cluster', edsCluster('a', '{ ads: {}, initial_fetch_timeout: 0.05s }'));
    control.set('listener', listener('web', 'r', '{ ads: {}, initial_fetch_timeout: 0.05s }'));
    start(bootstrap(ads('GRPC'), [controlPlane(control.port)]));
    await proxy.ready();
    assert.equal((await get(port('web'))).status, 404);
    assert.equal(stat('http.web.rds.r.init_fetch_timeout'), 1);
    control.set('route', routes('r', 'a'));
    await until(async () => (await get(port('web'))).status === 503);
    control.set('endpoint', endpoints('a', one.port));
    await until(async () => (await body()) === 'one');
  });

  test('static resources stay, whatever a control plane sends under their names', async () => {
    const fixed = `{ name: a, type: STATIC, load_assignment: ${endpoints('a', one.port)} }`;
    serveOne();
    control.set('cluster', edsCluster('a'), edsCluster('b'));
    control.set('endpoint', endpoints('a', two.port), endpoints('b', two.port));
    start(bootstrap(ads('DELTA_GRPC'), [controlPlane(control.port), fixed]));
    await proxy.ready();
    assert.equal(await body(), 'one');
    control.set('cluster', edsCluster('b'));
    control.set('route', routes('r', 'b'));
    await until(async () => (await body()) === 'two');
    control.set('route', routes('r', 'a'));
    await until(async () => (await body()) === 'one');
  });

  test('files: each type from a path, read again when a file is moved there', async () => {
    const path = (name: string): string => join(folder, name);
    const source = (name: string): string =>
      `{ path_config_source: { path: ${path(name)} }, resource_api_version: V3 }`;
    const put = (name: string, type: string, ...yamls: readonly string[]): void => {
      const resources = yamls.map((yaml) => ({ '@type': `type.googleapis.com/${type}`, ...(parse(yaml) as object) }));
      writeFileSync(path(`${name}.new`), JSON.stringify({ version_info: '1', resources }));
      renameSync(path(`${name}.new`), path(name));
    };
    const CLUSTER = 'envoy.config.cluster.v3.Cluster';
    const ENDPOINT = 'envoy.config.endpoint.v3.ClusterLoadAssignment';
    put('cds.yaml', CLUSTER, edsCluster('a', source('eds.json')));
    put('eds.json', ENDPOINT, endpoints('a', one.port));
    put('lds.yaml', 'envoy.config.listener.v3.Listener', listener('web', 'r', source('rds.yaml')));
    put('rds.yaml', 'envoy.config.route.v3.RouteConfiguration', routes('r', 'a'));
    start(bootstrap(`{ cds_config: ${source('cds.yaml')}, lds_config: ${source('lds.yaml')} }`, []));
    await proxy.ready();
    assert.equal(await body(), 'one');
    put('eds.json', ENDPOINT, endpoints('a', two.port));
    await until(async () => (await body()) === 'two');
    writeFileSync(path('eds.json'), 'half');
    put('cds.yaml', CLUSTER);
    await until(async () => (await get(port('web'))).status === 503);
    put('lds.yaml', 'envoy.config.listener.v3.Listener');
    await until(() => port('web') === 0);
  });

  test('a control plane behind TLS', async () => {
    const authority = new TestAuthority();
    await control.close();
    await control.listen(0, authority.issue('xds', ['xds.example']));
    serveOne();
    const tls = `, transport_socket: { name: tls, typed_config: { "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, sni: xds.example, common_tls_context: { alpn_protocols: [h2], validation_context: { trusted_ca: ${inline(authority.cert)}, match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: xds.example } }] } } } }`;
    start(bootstrap(ads('DELTA_GRPC'), [controlPlane(control.port, tls)]));
    await proxy.ready();
    assert.equal(await body(), 'one');
    const { port: address } = control;
    await control.close();
    await control.listen(address, authority.issue('xds', ['xds.example']));
    control.set('endpoint', endpoints('a', two.port));
    await until(async () => (await body()) === 'two');
  });

  test('a bootstrap that leads nowhere is refused with the path of the field', () => {
    const refused = (text: string, expected: RegExp): void => {
      assert.throws(() => start(text), expected);
      void server.remove('p', 0);
    };
    refused('static_resources: { clusters: [{ nmae: a }] }', /static_resources\.clusters\[0\]\.nmae: .*no such field/);
    refused(
      bootstrap(ads('GRPC'), []),
      /ads_config\.grpc_services\[0\]\.envoy_grpc\.cluster_name: "xds" is not a static/,
    );
    refused(bootstrap(ads('REST'), [controlPlane(1)]), /ads_config\.api_type: REST is not supported/);
    refused(bootstrap('{}', [edsCluster('a')]), /Cluster "a": eds_cluster_config\.eds_config: ADS must be configured/);
    refused(
      bootstrap('{ cds_config: { path_config_source: { path: /nowhere/at/all } } }', []),
      /dynamic_resources\.cds_config\.path_config_source\.path: "\/nowhere\/at\/all" does not exist/,
    );
    refused(
      bootstrap('{ lds_config: { api_config_source: { api_type: AGGREGATED_GRPC } } }', []),
      /lds_config\.api_config_source\.api_type: an aggregated service is asked by `ads`/,
    );
  });
});
