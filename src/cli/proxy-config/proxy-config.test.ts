import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Terminal } from '../testing/terminal.js';

const type = (name: string): string => `type.googleapis.com/envoy.admin.v3.${name}`;
const address = (ip: string, port: number) => ({ socket_address: { address: ip, port_value: port } });
const http = (config: object) => ({ name: 'envoy.filters.network.http_connection_manager', typed_config: config });
const tcp = (cluster: string) => ({ name: 'envoy.filters.network.tcp_proxy', typed_config: { cluster } });
const rule = { filter_metadata: { trysail: { kind: 'RouteRule', namespace: 'shop', name: 'cart-v1', field: 'spec' } } };

const LISTENERS = [
  {
    name: 'virtualOutbound',
    address: address('0.0.0.0', 15001),
    filter_chains: [
      { filter_chain_match: { destination_port: 15001 }, filters: [tcp('BlackHoleCluster')] },
      { filters: [tcp('PassthroughCluster')] },
    ],
  },
  {
    name: '0.0.0.0_80',
    address: address('0.0.0.0', 80),
    filter_chains: [
      {
        filter_chain_match: { transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c'] },
        filters: [http({ rds: { route_config_name: '80' } })],
      },
    ],
    default_filter_chain: { filters: [tcp('PassthroughCluster')] },
  },
  {
    name: '10.96.0.9_443',
    address: address('10.96.0.9', 443),
    filter_chains: [
      {
        filter_chain_match: {
          server_names: ['cart'],
          prefix_ranges: [{ address_prefix: '10.96.0.9', prefix_len: 32 }],
        },
        filters: [tcp('outbound|443||cart.shop.svc.cluster.local')],
      },
    ],
  },
];
const CLUSTERS = [
  { name: 'PassthroughCluster', type: 'ORIGINAL_DST' },
  { name: 'outbound|80|v1|cart.shop.svc.cluster.local', type: 'EDS' },
  { name: 'outbound|80||cart.shop.svc.cluster.local', type: 'EDS' },
  { name: 'inbound|8080||' },
];
const ROUTES = {
  name: '80',
  virtual_hosts: [
    {
      name: 'cart.shop.svc.cluster.local:80',
      domains: ['cart', 'cart:80', 'cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local', '10.96.0.9'],
      routes: [
        {
          match: { prefix: '/', headers: [{ name: 'user', string_match: { exact: 'ann' } }] },
          route: {},
          metadata: rule,
        },
        { match: { path: '/items' }, direct_response: { status: 404 } },
      ],
    },
  ],
};
const DUMP = {
  configs: [
    { '@type': type('BootstrapConfigDump'), bootstrap: { node: { id: 'me' } } },
    {
      '@type': type('ClustersConfigDump'),
      dynamic_active_clusters: CLUSTERS.map((cluster) => ({ version_info: '1', cluster })),
    },
    {
      '@type': type('ListenersConfigDump'),
      dynamic_listeners: LISTENERS.map((listener) => ({ active_state: { version_info: '1', listener } })),
    },
    { '@type': type('RoutesConfigDump'), dynamic_route_configs: [{ version_info: '1', route_config: ROUTES }] },
  ],
};
const host = (ip: string, health: object) => ({ address: address(ip, 8080), health_status: health });
const HEALTHS = {
  cluster_statuses: [
    {
      name: 'outbound|80||cart.shop.svc.cluster.local',
      host_statuses: [
        host('10.0.0.2', { eds_health_status: 'HEALTHY', failed_outlier_check: true }),
        host('10.0.0.1', { eds_health_status: 'HEALTHY' }),
      ],
    },
  ],
};

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.close());

async function shown(words: readonly string[], answer: unknown = DUMP): Promise<string[]> {
  terminal.client.answers.push(answer);
  const { out, err, code } = await terminal.run(['proxy-config', ...words]);
  assert.deepEqual([err, code], ['', 0]);
  return out.split('\n').slice(0, -1);
}

test('proxy-config listener: a line for each filter chain, by port', async () => {
  assert.deepEqual(await shown(['listener', 'cart-1.shop']), [
    'ADDRESSES PORT  MATCH                                DESTINATION',
    '0.0.0.0   80    Trans: raw_buffer; App: http/1.1,h2c Route: 80',
    '0.0.0.0   80    ALL                                  PassthroughCluster',
    '10.96.0.9 443   SNI: cart; Addr: 10.96.0.9/32        Cluster: outbound|443||cart.shop.svc.cluster.local',
    '0.0.0.0   15001 Addr: *:15001                        Non-HTTP/Non-TCP',
    '0.0.0.0   15001 ALL                                  PassthroughCluster',
  ]);
  assert.deepEqual(terminal.client.asked, ['/trysail/v1/proxies/shop/cart-1/admin/config_dump?include_eds']);
});

test('proxy-config listener: filters', async () => {
  assert.equal((await shown(['l', 'cart-1', '--port', '443'])).length, 2);
  assert.equal((await shown(['l', 'cart-1', '--address', '10.96.0.9'])).length, 2);
  assert.equal((await shown(['l', 'cart-1', '--type', 'http+tcp'])).length, 3);
});

test('proxy-config cluster: name by name, and only those that are asked for', async () => {
  assert.deepEqual(await shown(['cluster', 'pod/cart-1.shop']), [
    'SERVICE FQDN                    PORT     SUBSET     DIRECTION     TYPE             DESTINATION RULE',
    '                                8080     -          inbound       STATIC',
    'PassthroughCluster              -        -          -             ORIGINAL_DST',
    'cart.shop.svc.cluster.local     80       -          outbound      EDS',
    'cart.shop.svc.cluster.local     80       v1         outbound      EDS',
  ]);
  const [, only, ...more] = await shown([
    'c',
    'cart-1',
    '--fqdn',
    'cart.shop',
    '--subset',
    'v1',
    '--direction',
    'outbound',
  ]);
  assert.match(only ?? '', /v1/);
  assert.deepEqual(more, []);
});

test('proxy-config route: each route with the rule that it comes from', async () => {
  assert.deepEqual(await shown(['route', 'cart-1', '--name', '80']), [
    'NAME     VHOST NAME                         DOMAINS             MATCH           VIRTUAL SERVICE',
    '80       cart.shop.svc.cluster.local:80     cart, 10.96.0.9     /* user=ann     cart-v1.shop',
    '80       cart.shop.svc.cluster.local:80     cart, 10.96.0.9     /items          404',
  ]);
});

test('proxy-config endpoint: health and ejection of each', async () => {
  assert.deepEqual(await shown(['endpoint', 'cart-1', '-n', 'shop'], HEALTHS), [
    'ENDPOINT          STATUS      OUTLIER CHECK     CLUSTER',
    '10.0.0.1:8080     HEALTHY     OK                outbound|80||cart.shop.svc.cluster.local',
    '10.0.0.2:8080     HEALTHY     FAILED            outbound|80||cart.shop.svc.cluster.local',
  ]);
  assert.equal((await shown(['ep', 'cart-1', '--address', '10.0.0.2'], HEALTHS)).length, 2);
});

test('proxy-config: JSON and YAML are the messages; a file stands for a pod', async () => {
  const file = terminal.write('dump.json', JSON.stringify(DUMP));
  const json = await terminal.run(['pc', 'cluster', '-f', file, '--fqdn', 'Passthrough', '-o', 'json']);
  assert.deepEqual(JSON.parse(json.out), [{ name: 'PassthroughCluster', type: 'ORIGINAL_DST' }]);
  const yaml = await terminal.run(['pc', 'bootstrap', '-f', file, '-o', 'yaml']);
  assert.equal(yaml.out, 'bootstrap:\n  node:\n    id: me\n');
  assert.equal((await terminal.run(['pc', 'secret', '-f', file])).out, 'No active or warming secrets found.\n');
  assert.deepEqual(terminal.client.asked, []);
});

test('proxy-config: what is no dump, no pod and no port says what is needed', async () => {
  const file = terminal.write('other.json', '{"a":1}');
  assert.match((await terminal.run(['pc', 'route', '-f', file])).err, /no dump of a proxy's configuration.*\nhint: /);
  assert.match((await terminal.run(['pc', 'route'])).err, /^error: a pod is needed\nhint: /);
  assert.match((await terminal.run(['pc', 'listener', 'a', '--port', 'x'])).err, /A port is a number/);
  assert.match((await terminal.run(['pc', 'route', 'statefulset/x'])).err, /statefulset has no pods that are known/);
});

const PROXIES = {
  proxies: [
    {
      ...{ id: 'b', pod: 'cart-2', namespace: 'shop', version: 'trysail-1' },
      types: [
        { type: 'CDS', state: 'SYNCED' },
        { type: 'RDS', state: 'ERROR', message: 'virtual_hosts[0]: no', resources: ['80'] },
        { type: 'LDS', state: 'STALE' },
      ],
    },
    { id: 'a', pod: 'cart-1', namespace: 'shop', version: 'trysail-1', types: [{ type: 'CDS', state: 'SYNCED' }] },
  ],
};

test('proxy-status: a line for each proxy, and what those say that refuse something', async () => {
  terminal.client.answers.push(PROXIES);
  const { out, err } = await terminal.run(['proxy-status']);
  assert.deepEqual(out.split('\n'), [
    'NAME            CLUSTER        CDS        LDS          EDS          RDS             ECDS         ISTIOD      VERSION',
    'cart-1.shop     Kubernetes     SYNCED     NOT SENT     NOT SENT     NOT SENT        NOT SENT     trysail     trysail-1',
    'cart-2.shop     Kubernetes     SYNCED     STALE        NOT SENT     ERROR(NACK)     NOT SENT     trysail     trysail-1',
    '',
  ]);
  assert.equal(err, 'cart-2.shop refuses its RDS (80): virtual_hosts[0]: no\n');
});

test('proxy-status POD: what it has beside what it is to have', async () => {
  const versions = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1']));
  const clusters = versions(CLUSTERS.map(({ name }) => name));
  const listeners = versions(LISTENERS.map(({ name }) => name));
  terminal.client.answers.push({ clusters, listeners, routes: { 80: '1', 81: '1' } }, DUMP);
  const same = await terminal.run(['ps', 'cart-1.shop']);
  assert.deepEqual([same.out, same.code], ['Clusters Match\nListeners Match\nRoutes Match\n', 0]);
  terminal.client.answers.push({ clusters: { ...clusters, more: '1' }, listeners, routes: { 80: '2' } }, DUMP);
  const other = await terminal.run(['ps', 'cart-1.shop']);
  assert.equal(other.code, 1);
  assert.equal(
    other.out,
    "Clusters Don't Match\n  missing: more\nListeners Match\nRoutes Don't Match\n  another version: 80\n",
  );
});
