import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LogThreshold } from '../../base/logger.js';
import { ClustersConfigDump_StaticClusterSchema } from '../../xds/types/gen/envoy/admin/v3/config_dump_shared_pb.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../testing/test-proxy.js';
import { AdminServer } from './admin-server.js';
import { applyMask } from './field-mask.js';
import { redact } from './redact.js';

const TEXT = bootstrap({
  routes: '- { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: hi } } }',
  clusters: staticCluster('up', [1, 2], 'outlier_detection: {}'),
});

describe('admin', () => {
  let proxy: TestProxy;
  let admin: AdminServer;
  let base: string;
  let quits = 0;
  const logThreshold = new LogThreshold('info');

  before(async () => {
    proxy = await startProxy(TEXT);
    const options = { version: '1', logThreshold, quit: () => quits++ };
    admin = new AdminServer(proxy.proxy, options);
    const at = await admin.listen({ address: '127.0.0.1', port: 0 });
    base = `http://127.0.0.1:${at.port}`;
  });

  after(async () => {
    admin.close();
    await proxy.close();
  });

  const get = async (path: string, init?: RequestInit): Promise<{ status: number; body: string }> => {
    const response = await fetch(base + path, init);
    return { status: response.status, body: await response.text() };
  };
  const post = (path: string): Promise<{ status: number; body: string }> => get(path, { method: 'POST' });

  test('unknown paths are 404 with the help, and changes need POST', async () => {
    const unknown = await get('/nope');
    assert.equal(unknown.status, 404);
    assert.match(unknown.body, /^invalid path\. admin commands are:\n {2}\/: Admin home page\n/);
    assert.deepEqual(await get('/reset_counters'), { status: 405, body: 'Method GET not allowed, POST required.' });
    assert.equal((await get('/')).status, 200);
  });

  test('requests of foreign pages are refused', async () => {
    assert.equal((await get('/ready', { headers: { origin: 'http://evil.example' } })).status, 403);
    assert.equal((await get('/ready', { headers: { origin: base } })).status, 200);
  });

  test('a health check that is failed answers 503 until it is good again', async () => {
    assert.deepEqual(await get('/ready'), { status: 200, body: 'LIVE\n' });
    await post('/healthcheck/fail');
    assert.deepEqual(await get('/ready'), { status: 503, body: 'DRAINING\n' });
    assert.equal((await fetch(`http://127.0.0.1:${proxy.port('test')}/`)).headers.get('connection'), 'close');
    await post('/healthcheck/ok');
    assert.equal((await get('/ready')).status, 200);
    assert.notEqual((await fetch(`http://127.0.0.1:${proxy.port('test')}/`)).headers.get('connection'), 'close');
  });

  test('statistics in three forms, filtered', async () => {
    const name = 'cluster.up.membership_total';
    assert.equal((await get(`/stats?filter=${name}`)).body, `${name}: 2\n`);
    assert.equal((await get(`/stats?format=json&filter=${name}`)).body, `{"stats":[{"name":"${name}","value":2}]}`);
    assert.match(
      (await get('/stats/prometheus')).body,
      /^envoy_cluster_membership_total\{envoy_cluster_name="up"\} 2$/m,
    );
    assert.equal((await get('/stats?filter=(')).status, 400);
    assert.equal((await get('/stats?type=foo')).status, 400);
    assert.equal((await get('/stats?histogram_buckets=foo')).status, 400);
    assert.equal((await get('/stats?format=html')).status, 501);
  });

  test('the configuration dump: sections, one resource, a mask', async () => {
    const { configs } = JSON.parse((await get('/config_dump?include_eds')).body) as { configs: { '@type': string }[] };
    assert.deepEqual(
      configs.map((config) => config['@type'].replace('type.googleapis.com/envoy.admin.v3.', '')),
      [
        'BootstrapConfigDump',
        'ClustersConfigDump',
        'EndpointsConfigDump',
        'ListenersConfigDump',
        'ScopedRoutesConfigDump',
        'RoutesConfigDump',
        'SecretsConfigDump',
      ],
    );
    const masked = await get('/config_dump?resource=static_clusters&mask=cluster.name');
    assert.deepEqual(JSON.parse(masked.body), {
      configs: [
        {
          '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.StaticCluster',
          cluster: { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 'up' },
        },
      ],
    });
    assert.equal((await get('/config_dump?resource=nope')).status, 404);
    assert.equal((await get('/config_dump?resource=bootstrap')).status, 400);
    assert.equal((await get('/config_dump?mask=configs')).status, 400);
    assert.equal((await get('/config_dump?resource=dynamic_active_clusters')).body, '{}\n');
  });

  test('a refused update stands in the dump beside what is in use', () => {
    const { proxy: logical } = proxy;
    const typeUrl = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
    logical.journal.refused(typeUrl, { name: 'bad', version: '7', body: Buffer.from('\x08') }, 'why', 1_000);
    const { body } = admin.page('/config_dump?resource=dynamic_warming_clusters');
    const [bad] = (JSON.parse(body) as { configs: { error_state: Record<string, unknown> }[] }).configs;
    assert.equal(bad!.error_state['details'], 'why');
    assert.equal(bad!.error_state['last_update_attempt'], '1970-01-01T00:00:01.000Z');
  });

  test('clusters, listeners, logging, runtime and the rest answer as Envoy does', async () => {
    assert.match((await get('/clusters')).body, /^up::outlier::success_rate_average::-1$/m);
    assert.match((await get('/clusters')).body, /^up::127\.0\.0\.1:1::health_flags::healthy$/m);
    assert.equal((await get('/listeners')).body, `test::127.0.0.1:${proxy.port('test')}\n`);
    assert.equal((await post('/logging?level=debug')).status, 200);
    assert.equal(logThreshold.level, 'debug');
    assert.equal((await post('/logging?level=foo')).status, 400);
    assert.equal((await post('/runtime_modify?a=b')).status, 503);
    assert.equal((await post('/cpuprofiler?enable=y')).status, 501);
    assert.deepEqual(await post('/reopen_logs'), { status: 200, body: 'OK\n' });
    assert.equal((await get('/server_info')).status, 200);
    assert.equal((await get('/memory')).status, 200);
    await post('/quitquitquit');
    assert.equal(quits, 1);
  });
});

test('secrets are struck out of a dump, names are not', () => {
  const secret = {
    name: 'password',
    tls_certificate: { private_key: { inline_bytes: 'AAAA' }, password: { inline_string: 'x' } },
  };
  assert.deepEqual(redact(secret), {
    name: 'password',
    tls_certificate: {
      private_key: { inline_bytes: Buffer.from('[redacted]').toString('base64') },
      password: { inline_string: '[redacted]' },
    },
  });
});

test('a mask that names no field is none', () => {
  assert.equal(applyMask({}, ClustersConfigDump_StaticClusterSchema, 'nope'), undefined);
  assert.deepEqual(applyMask({ last_updated: 'x' }, ClustersConfigDump_StaticClusterSchema, 'last_updated'), {
    last_updated: 'x',
  });
});
