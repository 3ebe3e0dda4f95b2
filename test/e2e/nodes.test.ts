import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';
import { buildCart, SHOP } from './shop.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };
let mesh: Mesh;
let kubectl: Kubectl;

/** Cart with one replica on each node, that leaves a node in trouble soon. */
const SPREAD = SHOP.replace(
  '      terminationGracePeriodSeconds: 1\n',
  `      terminationGracePeriodSeconds: 1
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 1}]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: cart}}}
`,
);

before(async () => {
  if (!hasKubectl) return;
  mesh = await Mesh.start({ driver: 'netns', as: 'self', upArguments: ['--nodes', '3'] });
  kubectl = new Kubectl(mesh, 'shop');
  await kubectl.ok('create namespace shop');
  await kubectl.ok('label namespace shop istio-injection=enabled');
  await buildCart(mesh);
});

after(() => mesh?.stop());

const nodesOfPods = async (): Promise<string[]> =>
  (await kubectl.ok('get pods -l app=cart -o jsonpath={.items[*].spec.nodeName}')).split(' ').sort();

test('three nodes in three zones; pods that keep apart take one each, and a fourth has to wait', options, async () => {
  const zones = await kubectl.ok('get nodes --no-headers -L topology.kubernetes.io/zone');
  assert.deepEqual(
    zones.split('\n').map((line) => [/^\S+ +\S+/.exec(line)?.[0].replace(/ +/, ' '), /\S+$/.exec(line)?.[0]]),
    [
      ['node-0 Ready', 'local-a'],
      ['node-1 Ready', 'local-b'],
      ['node-2 Ready', 'local-c'],
    ],
  );
  await kubectl.ok('apply -f -', SPREAD);
  await kubectl.ok('scale deploy/cart --replicas=3');
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
  assert.deepEqual(await nodesOfPods(), ['node-0', 'node-1', 'node-2']);
  await kubectl.ok('scale deploy/cart --replicas=4');
  await eventually(async () => assert.match(await kubectl.ok('get pods'), /0\/2 +Pending/));
  await kubectl.ok('scale deploy/cart --replicas=3');
});

test('requests, logs and commands reach the pods of every node', options, async () => {
  const names = (await kubectl.ok('get pods -l app=cart -o jsonpath={.items[*].metadata.name}')).split(' ');
  const ask = `fetch("http://cart/").then((a) => a.text()).then((text) => process.stdout.write(text))`;
  const seen = new Set<string>();
  for (const name of names.slice(0, 3)) {
    assert.equal(await kubectl.ok(`logs ${name} --tail=1`), 'listening');
    for (let i = 0; i < 12; i++) seen.add(await kubectl.ok(`exec ${name} -- node -e '${ask}'`));
  }
  assert.equal(seen.size, 3, [...seen].join());
});

test('a drained node is empty, and takes pods again when it is uncordoned', options, async () => {
  await kubectl.ok('scale deploy/cart --replicas=2');
  await eventually(async () => assert.equal((await nodesOfPods()).length, 2));
  await kubectl.ok('drain node-1 --ignore-daemonsets --delete-emptydir-data --timeout=30s');
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
  await eventually(async () => assert.deepEqual(await nodesOfPods(), ['node-0', 'node-2']));
  await kubectl.ok('uncordon node-1');
  await kubectl.ok('scale deploy/cart --replicas=3');
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
  assert.deepEqual(await nodesOfPods(), ['node-0', 'node-1', 'node-2']);
});

test('a node that is switched off is noticed, and its pods run elsewhere; it comes back', options, async () => {
  await kubectl.ok('scale deploy/cart --replicas=2');
  await eventually(async () => assert.equal((await nodesOfPods()).length, 2));
  const [, lost = ''] = await nodesOfPods();
  assert.equal((await mesh.trysail(['node', 'stop', lost])).stdout, `node/${lost} stopped\n`);
  await eventually(async () => {
    assert.match(await kubectl.ok(`get node ${lost} --no-headers`), /NotReady/);
    assert.match(await kubectl.ok(`describe node ${lost}`), /node.kubernetes.io\/unreachable:NoExecute/);
    const running = await kubectl.ok('get pods -l app=cart --no-headers -o wide');
    assert.equal(running.split('\n').filter((line) => / 2\/2 +Running/.test(line) && !line.includes(lost)).length, 2);
  }, 90_000);
  assert.equal((await mesh.trysail(['node', 'start', lost])).stdout, `node/${lost} started\n`);
  await eventually(async () => {
    assert.match(await kubectl.ok(`get node ${lost} --no-headers`), / Ready/);
    assert.equal((await nodesOfPods()).length, 2);
  });
});
