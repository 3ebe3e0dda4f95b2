import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { AdsConnection } from '../../src/xds/client/connection.js';
import { deltaAds } from '../../src/xds/client/discovery.js';
import { XdsClient } from '../../src/xds/client/xds-client.js';
import { TYPE_URL } from '../../src/xds/server/source.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';
import { buildCart, SHOP } from './shop.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };
let mesh: Mesh;
let kubectl: Kubectl;

const rule = (timeout: string): string => `apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: slow, namespace: shop}
spec:
  destination: {name: cart}
  precedence: 1
  route: [{labels: {app: cart}}]
  httpReqTimeout: {simpleTimeout: {timeout: ${timeout}}}
`;

before(async () => {
  if (!hasKubectl) return;
  mesh = await Mesh.start({ driver: 'netns', as: 'self' });
  kubectl = new Kubectl(mesh, 'shop');
  await kubectl.ok('create namespace shop');
  await kubectl.ok('label namespace shop istio-injection=enabled');
  await buildCart(mesh);
  await kubectl.ok('apply -f -', SHOP);
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
});

after(() => mesh?.stop());

async function trysail(args: readonly string[], input?: string): Promise<string> {
  const result = await mesh.trysail(args, input);
  assert.equal(result.status, 0, `${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

const ALL_HAVE_IT = /^(\d+)\/\1 proxies$/;
const programmed = () =>
  kubectl.ok(`get routerule slow -o jsonpath={.status.conditions[?(@.type=="Programmed")].message}`);

test('--wait: returns when the proxies have a rule, and the rule says so itself', options, async () => {
  assert.match(
    await trysail(['apply', '--wait', '-f', '-'], rule('7s')),
    /acknowledged by \d+ prox(y|ies) in \d+ ms\n$/,
  );
  const pod = await kubectl.ok('get pod -l app=cart -o jsonpath={.items[0].metadata.name}');
  assert.match(await trysail(['pc', 'route', `${pod}.shop`, '-o', 'json']), /"timeout": "7s"/);
  await eventually(async () => assert.match(await programmed(), ALL_HAVE_IT));
  assert.match(await trysail(['delete', '--wait', 'routerule', 'slow', '-n', 'shop']), /acknowledged by/);
  assert.doesNotMatch(await trysail(['pc', 'route', `${pod}.shop`, '-o', 'json']), /"timeout": "7s"/);
});

test('proxy-status and proxy-config: of a pod, of a deployment, of its own admin interface', options, async () => {
  const pod = await kubectl.ok('get pod -l app=cart -o jsonpath={.items[0].metadata.name}');
  const status = await trysail(['proxy-status']);
  assert.match(status, new RegExp(`^${pod}\\.shop +Kubernetes +SYNCED +SYNCED +SYNCED +SYNCED +NOT SENT`, 'm'));
  assert.equal(await trysail(['ps', `${pod}.shop`]), 'Clusters Match\nListeners Match\nRoutes Match\n');
  assert.match(
    await trysail(['pc', 'cluster', 'deploy/cart.shop', '--fqdn', 'cart.shop']),
    /cart\.shop.*outbound +EDS/,
  );
  assert.match(await trysail(['pc', 'listener', pod, '-n', 'shop', '--port', '15006']), /Addr: \*:15006/);
  assert.match(await trysail(['pc', 'endpoint', `${pod}.shop`, '--status', 'HEALTHY']), /outbound\|80\|\|cart\.shop/);
  const dump = join(mesh.folder, 'dump.json');
  writeFileSync(dump, await trysail(['pc', 'all', `${pod}.shop`, '-o', 'json']));
  assert.equal(await trysail(['pc', 'cluster', '-f', dump]), await trysail(['pc', 'cluster', `${pod}.shop`]));
  assert.match(await trysail(['x', 'describe', 'pod', `${pod}.shop`]), /^Service: cart\.shop$/m);
});

test('a proxy that refuses a rule fails --wait, and stands on the rule and in proxy-status', options, async () => {
  const connection = new AdsConnection({
    kind: 'unix',
    path: join(dirname(mesh.status.kubeconfig), 'run', 'ads.sock'),
  });
  const client = new XdsClient({
    discovery: deltaAds(connection),
    node: { id: 'sidecar~10.9.9.9~picky.shop~shop.svc.cluster.local' },
    onUpdate: ({ resources }) =>
      resources.some(({ body }) => Buffer.from(body).includes('slow'))
        ? { reject: 'virtual host cart.shop.svc.cluster.local:80: I do not want that' }
        : { accept: true },
    clock: new SystemClock(),
    random: new SystemRandom(),
    logger: SILENT_LOGGER,
  });
  try {
    client.subscribe(TYPE_URL.cluster, '*');
    client.subscribe(TYPE_URL.route, '*');
    client.start();
    await eventually(async () => assert.match(await trysail(['proxy-status']), /picky\.shop/));
    const refused = await mesh.trysail(['apply', '--wait', '-f', '-'], rule('8s'));
    assert.equal(refused.status, 1, refused.stdout);
    assert.match(refused.stderr, /^error: proxy picky\.shop refuses its RDS: .*I do not want that/m);
    assert.match(await trysail(['proxy-status']), /picky\.shop.*ERROR\(NACK\)/);
    await eventually(async () => assert.match(await programmed(), /picky\.shop refuses its RDS: .*I do not want that/));
  } finally {
    client.close();
    connection.close();
  }
  await eventually(async () => assert.match(await programmed(), ALL_HAVE_IT));
});
