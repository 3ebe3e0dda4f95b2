import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { hasKubectl, Kubectl } from '../support/kubectl.js';
import { eventually } from '../support/load.js';
import { Mesh } from '../support/mesh.js';
import { MeshEnvoy } from '../support/mesh-envoy.js';
import { send } from './answers.js';

const EFFECT_MS = 10_000;
/** An address that no mesh gives to a pod, and no other run of this test has. */
const ENVOY_IP = `127.197.${(process.pid >> 8) & 255}.${1 + (process.pid % 254)}`;

/** A pod of a node that this mesh does not run: the test stands in its place. */
const pod = (name: string, app: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${app} } }
spec: { nodeName: elsewhere, containers: [{ name: app, image: none }] }
`;

const objects = (port: number): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Service
metadata: { name: stock, namespace: shop }
spec: { selector: { app: stock }, ports: [{ name: http, port: ${port} }] }
${pod('stock-1', 'stock')}${pod('guest-1', 'guest')}`;

const RULES = `
apiVersion: config.istio.io/v1alpha2
kind: denier
metadata: { name: deny, namespace: shop }
spec: { status: { code: 7, message: Not for guests } }
---
apiVersion: config.istio.io/v1alpha2
kind: checknothing
metadata: { name: ask, namespace: shop }
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: { name: no-guests, namespace: shop }
spec:
  match: source.labels["app"] == "guest" && request.path.startsWith("/secret")
  actions: [{ handler: deny.denier, instances: [ask.checknothing] }]
---
apiVersion: config.istio.io/v1alpha2
kind: memquota
metadata: { name: few, namespace: shop }
spec: { quotas: [{ name: calls.quota.shop, maxAmount: 2, validDuration: 600s }] }
---
apiVersion: config.istio.io/v1alpha2
kind: quota
metadata: { name: calls, namespace: shop }
spec: { dimensions: { path: request.path } }
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: { name: limit, namespace: shop }
spec:
  match: request.path == "/limited"
  actions: [{ handler: few.memquota, instances: [calls.quota] }]
---
apiVersion: config.istio.io/v1alpha2
kind: logentry
metadata: { name: told, namespace: shop }
spec:
  severity: '"info"'
  variables:
    code: response.code
    path: request.path
    caller: source.labels["app"]
---
apiVersion: config.istio.io/v1alpha2
kind: stdio
metadata: { name: out, namespace: shop }
spec: { outputAsJson: true }
---
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: { name: tell, namespace: shop }
spec: { actions: [{ handler: out.stdio, instances: [told.logentry] }] }
`;

const binary = findEnvoy();

describe("Mixer's policy at a real Envoy", {
  skip: binary === undefined ? NO_ENVOY : !hasKubectl && 'kubectl is not installed',
}, () => {
  let mesh: Mesh;
  let envoy: MeshEnvoy;
  let app: Server;
  let address: string;

  before(async () => {
    app = createServer((_, response) => response.end('here'));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const { port } = app.address() as AddressInfo;
    address = `${ENVOY_IP}:${port}`;
    mesh = await Mesh.start({ driver: 'process', as: 'self' });
    const kubectl = new Kubectl(mesh, 'shop');
    await kubectl.ok('apply -f -', objects(port));
    for (const [name, podIP] of [
      ['stock-1', ENVOY_IP],
      ['guest-1', '127.0.0.1'],
    ]) {
      const status = JSON.stringify({ status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }] } });
      await kubectl.ok(`patch pod ${name} --subresource=status --type=merge -p '${status}'`);
    }
    await kubectl.ok('apply -f -', RULES);
    envoy = await MeshEnvoy.start({
      binary: binary!,
      nodeId: `sidecar~${ENVOY_IP}~stock-1.shop~shop.svc.cluster.local`,
      metadata: {
        NAMESPACE: 'shop',
        LABELS: { app: 'stock' },
        INTERCEPTION_MODE: 'NONE',
        APP_ADDRESS: '127.0.0.1',
        POD_PORTS: [{ name: 'http', containerPort: port }],
      },
      adsPath: join(dirname(mesh.status.kubeconfig), 'run', 'ads.sock'),
    });
  });

  after(async () => {
    await envoy?.close();
    await mesh?.stop();
    await new Promise((resolve) => app.close(resolve));
  });

  const ask = (path: string) => send(address, { path, host: 'stock' });

  test('a rule refuses by who the caller is, with the words of Mixer', async () => {
    const body = 'PERMISSION_DENIED:deny.denier.shop:Not for guests';
    await eventually('the rule holds', EFFECT_MS, async () =>
      (await ask('/secret')).status === 403 ? true : undefined,
    );
    const refused = await ask('/secret/2');
    assert.deepEqual([refused.status, refused.body], [403, body]);
    assert.equal((await ask('/')).body, 'here');
  });

  test('a quota is counted in the control plane', async () => {
    const answers = [await ask('/limited'), await ask('/limited'), await ask('/limited')];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.match(answers[2]!.body, /^RESOURCE_EXHAUSTED:/);
  });

  test('what happened is reported: the log entry has the code, and the caller that the mesh knows', async () => {
    await ask('/told');
    const file = join(dirname(mesh.status.kubeconfig), 'policy.log');
    const entry = await eventually('the entry is written', EFFECT_MS, async () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .find((line) => line.includes('/told')),
    );
    const { code, path, caller } = JSON.parse(entry) as Record<string, unknown>;
    assert.deepEqual({ code, path, caller }, { code: 200, path: '/told', caller: 'guest' });
  });

  test('Envoy refused nothing', async () => assert.equal(await envoy.refusals(), 0));
});
