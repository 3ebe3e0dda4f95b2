import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestAuthority } from '../../src/proxy/testing/test-certificates.js';
import { command } from '../support/command.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';
import { buildSpeaker, fetching, fetchingTls, SERVICES, talking, WORKLOADS } from './routing.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };
let mesh: Mesh;
let kubectl: Kubectl;

before(async () => {
  if (!hasKubectl) return;
  mesh = await Mesh.start({ driver: 'netns', as: 'self' });
  kubectl = new Kubectl(mesh, 'shop');
  await kubectl.ok('create namespace shop');
  await kubectl.ok('label namespace shop istio-injection=enabled');
  await buildSpeaker(mesh);
  await kubectl.ok('apply -f -', `${WORKLOADS}---${SERVICES}`);
  for (const name of ['cart-v1', 'cart-v2', 'stock-v1'])
    await kubectl.ok(`rollout status deploy/${name} --timeout=30s`);
});

after(() => mesh?.stop());

/** What a program prints that runs in the pod of stock. */
async function run(source: string): Promise<string> {
  const words = ['-n', 'shop', 'exec', 'deploy/stock-v1', '-c', 'stock', '--', 'node', '-e', source];
  const { stdout, stderr } = await command('kubectl', words, { env: kubectl.env });
  return (stdout || stderr).trim();
}

async function ask(url: string, init: object = {}) {
  const printed = await run(fetching(url, init));
  return JSON.parse(printed) as { status: number; headers: Record<string, string>; text: string };
}

function rule(kind: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind, metadata: { name }, spec });
}

test('TCP goes by weight to subsets, and by the labels of the caller', options, async () => {
  const to = (subset: string, weight: number) => ({ destination: { host: 'cart', subset }, weight });
  const tcp = [
    { match: [{ sourceLabels: { app: 'nobody' } }], route: [to('v1', 1)] },
    { match: [{ port: 9000 }], route: [to('v1', 0), to('v2', 1)] },
  ];
  await kubectl.ok('apply -f -', rule('VirtualService', 'cart-lines', { hosts: ['cart'], tcp }));
  await eventually(async () => {
    for (let i = 0; i < 4; i++) assert.match(await run(talking('cart', 9000, 'hi')), /^cart-v2 got hi/);
  });
  await kubectl.ok('delete virtualservice cart-lines');
});

test(
  'what a port does not say is seen in the first bytes; where servers speak first nothing is waited for',
  options,
  async () => {
    const http = [{ match: [{ port: 8081 }], directResponse: { status: 418, body: { string: 'routed' } } }];
    await kubectl.ok('apply -f -', rule('VirtualService', 'stock', { hosts: ['stock'], http }));
    await eventually(async () => assert.equal((await ask('http://stock:8081/')).status, 418));
    assert.match(await run(talking('cart', 3306, '')), /^welcome to cart-v/);
    // No HTTP: it goes to the program as it is, whose answer is HTTP's to nonsense.
    assert.match(await run(talking('stock', 8081, 'nonsense\n\n')), /^HTTP\/1.1 400 Bad Request/);
    await kubectl.ok('delete virtualservice stock');
  },
);

test('routes are delegated, preflights answered, and who delegates to nobody is told', options, async () => {
  const delegate = {
    http: [{ match: [{ uri: { prefix: '/cart/v2' } }], route: [{ destination: { host: 'cart', subset: 'v2' } }] }],
  };
  const corsPolicy = { allowOrigins: [{ exact: 'https://shop.example.com' }], allowMethods: ['GET'], maxAge: '1h' };
  const root = {
    hosts: ['cart'],
    http: [
      { match: [{ uri: { prefix: '/cart' } }], delegate: { name: 'versions' } },
      { match: [{ uri: { exact: '/lost' } }], delegate: { name: 'nowhere' } },
      { route: [{ destination: { host: 'cart', subset: 'v1' } }], corsPolicy },
    ],
  };
  await kubectl.ok('apply -f -', rule('VirtualService', 'versions', delegate));
  await kubectl.ok('apply -f -', rule('VirtualService', 'cart', root));
  await eventually(async () => assert.match((await ask('http://cart/cart/v2')).text, /^cart-v2/));
  assert.match((await ask('http://cart/other')).text, /^cart-v1/);
  const preflight = await ask('http://cart/other', {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'GET' },
  });
  assert.equal(preflight.headers['access-control-allow-origin'], 'https://shop.example.com');
  assert.equal(preflight.headers['access-control-max-age'], '3600');
  await kubectl.ok('delete virtualservice cart versions');
});

test('a Sidecar leaves a pod the hosts that it names; others get 502', options, async () => {
  assert.equal((await ask('http://cart/')).status, 200);
  const spec = {
    workloadSelector: { labels: { app: 'stock' } },
    egress: [{ hosts: ['./stock.shop.svc.cluster.local', 'istio-system/*'] }],
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
  };
  await kubectl.ok('apply -f -', rule('Sidecar', 'stock', spec));
  await eventually(async () => assert.equal((await ask('http://cart/')).status, 502));
  assert.equal((await ask('http://stock/')).status, 200);
  assert.match(await run(talking('cart', 9000, 'hi')), /^closed|ECONNRESET/);
  await kubectl.ok('delete sidecar stock');
  await eventually(async () => assert.equal((await ask('http://cart/')).status, 200));
});

test('a gateway ends TLS with Secrets, asks clients for certificates, and redirects plain HTTP', options, async () => {
  const authority = new TestAuthority();
  const server = authority.issue('server', ['shop.example.com', 'mutual.example.com']);
  const client = authority.issue('client', ['client.example.com']);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop-tls', namespace: 'istio-system' },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': base64(server.cert), 'tls.key': base64(server.key), 'ca.crt': base64(authority.cert) },
  };
  const https = (name: string, host: string, mode: string) => ({
    port: { number: 443, name, protocol: 'HTTPS' },
    hosts: [host],
    tls: { mode, credentialName: 'shop-tls' },
  });
  const servers = [
    { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['shop.example.com'], tls: { httpsRedirect: true } },
    https('https', 'shop.example.com', 'SIMPLE'),
    https('https-mutual', 'mutual.example.com', 'MUTUAL'),
  ];
  await kubectl.ok('apply -f -', rule('Gateway', 'edge', { selector: { istio: 'ingressgateway' }, servers }));
  const routed = {
    hosts: ['*.example.com'],
    gateways: ['edge'],
    http: [{ route: [{ destination: { host: 'cart', port: { number: 80 } } }] }],
  };
  await kubectl.ok('apply -f -', rule('VirtualService', 'edge', routed));
  const words = ['apply', '-f', '-'];
  const applied = await command('kubectl', words, { env: kubectl.env, input: JSON.stringify(secret) });
  assert.equal(applied.status, 0, applied.stderr);
  const ca = authority.cert;
  await eventually(async () => assert.match(await run(fetchingTls('shop.example.com', { ca })), /^200 cart-v/));
  assert.match(await run(fetchingTls('mutual.example.com', { ca })), /ECONNRESET|ERR_SSL/);
  assert.match(await run(fetchingTls('mutual.example.com', { ca, ...client })), /^200 cart-v/);
  assert.match(await run(fetchingTls('else.example.com', { ca })), /ECONNRESET|EPROTO|EPIPE/);
  const plain = await command(
    'curl',
    [
      '-sS',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{redirect_url}',
      '-H',
      'Host: shop.example.com',
      mesh.status.ingress,
    ],
    {
      env: process.env,
    },
  );
  assert.equal(plain.stdout, '301 https://shop.example.com/');
  // A certificate that is replaced is shown to the next client.
  const other = new TestAuthority();
  const next = other.issue('server', ['shop.example.com']);
  const renewed = { ...secret, data: { ...secret.data, 'tls.crt': base64(next.cert), 'tls.key': base64(next.key) } };
  await command('kubectl', words, { env: kubectl.env, input: JSON.stringify(renewed) });
  await eventually(async () =>
    assert.match(await run(fetchingTls('shop.example.com', { ca: other.cert })), /^200 cart-v/),
  );
});
