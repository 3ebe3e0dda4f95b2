import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { eventually } from '../support/load.js';
import { Mesh } from '../support/mesh.js';
import { MeshEnvoy } from '../support/mesh-envoy.js';
import { type Request, send, shareOfV1 } from './answers.js';
import { Depot, hasKubectl } from './depot.js';
import { gatewayRules, HOST, INGRESS_HOST, INGRESS_REQUESTS, ingressRules, PORT, REQUESTS } from './gateway-rules.js';

const EFFECT_MS = 5_000;
/** Four standard deviations of a share of 80 % among so many requests are 7 %. */
const SAMPLE = 500;
const TOLERANCE = 0.08;

/** An address that no mesh gives to a pod, and no other run of this test has. */
const ENVOY_IP = `127.199.${(process.pid >> 8) & 255}.${1 + (process.pid % 254)}`;

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, ENVOY_IP, () => server.close(() => resolve(true)));
  });
}

const binary = findEnvoy();
/** An Ingress is served at port 80. */
const NO_LOW_PORTS = !(await canListen(80)) && 'ports below 1024 are for root';

/** Both are gateways of one mesh: same labels, same routes. */
describe('real Envoy and our proxy as ingress gateways of one mesh', {
  skip: binary === undefined ? NO_ENVOY : !hasKubectl && 'kubectl is not installed',
}, () => {
  let mesh: Mesh;
  let depot: Depot;
  let envoy: MeshEnvoy;
  let ourIP: string;

  before(async () => {
    mesh = await Mesh.start({ driver: 'process', as: 'self' });
    depot = new Depot(mesh);
    await depot.deploy();
    await depot.apply(gatewayRules({ v1Weight: 80 }));
    await depot.apply(ingressRules({ defaultVersion: 'v1' }));
    envoy = await MeshEnvoy.start({
      binary: binary!,
      nodeId: `router~${ENVOY_IP}~envoy-1.istio-system~istio-system.svc.cluster.local`,
      metadata: { NAMESPACE: 'istio-system', LABELS: { istio: 'ingressgateway' }, INTERCEPTION_MODE: 'NONE' },
      adsPath: join(dirname(mesh.status.kubeconfig), 'run', 'ads.sock'),
    });
    ourIP = await depot.podIP('istio-system', 'istio=ingressgateway');
    for (const address of [ours(), theirs()]) await answers(address, { path: '/crew', host: HOST }, 200);
  });

  after(async () => {
    await envoy?.close();
    await mesh?.stop();
  });

  const ours = (): string => `${ourIP}:${PORT}`;
  const theirs = (): string => `${ENVOY_IP}:${PORT}`;
  const ourIngress = (): string => new URL(mesh.status.ingress).host;
  const theirIngress = `${ENVOY_IP}:80`;

  async function answers(address: string, request: Request, status: number): Promise<void> {
    await eventually(`${status} from ${address}${request.path}`, EFFECT_MS, async () => {
      const answer = await send(address, request);
      if (answer.status === status) return true;
      throw new Error(`${answer.status} ${answer.body}`);
    });
  }

  async function same(one: string, other: string, request: Request): Promise<void> {
    const [mine, its] = await Promise.all([send(one, request), send(other, request)]);
    assert.deepEqual(mine, its);
  }

  for (const [name, request] of Object.entries(REQUESTS)) {
    test(`VirtualService: ${name}`, () => same(ours(), theirs(), request));
  }

  for (const [name, request] of Object.entries(INGRESS_REQUESTS)) {
    test(`Ingress and RouteRule: ${name}`, { skip: NO_LOW_PORTS }, async () => {
      for (const address of [ourIngress(), theirIngress])
        await answers(address, { path: '/', host: INGRESS_HOST }, 200);
      await same(ourIngress(), theirIngress, request);
    });
  }

  test('weights', async () => {
    for (const address of [ours(), theirs()]) {
      const share = await shareOfV1(address, { path: '/weighted', host: HOST }, SAMPLE);
      assert.ok(Math.abs(share - 0.8) < TOLERANCE, `${address} gave ${share} to v1`);
    }
  });

  test('a changed rule holds at both', async () => {
    await depot.apply(gatewayRules({ v1Weight: 0, abortStatus: 418 }));
    for (const address of [ours(), theirs()]) {
      await answers(address, { path: '/broken', host: HOST }, 418);
      assert.equal(await shareOfV1(address, { path: '/weighted', host: HOST }, 20), 0);
    }
  });

  test('a changed RouteRule holds at both', { skip: NO_LOW_PORTS }, async () => {
    await depot.apply(ingressRules({ defaultVersion: 'v2' }));
    for (const address of [ourIngress(), theirIngress]) {
      await eventually(`v2 from ${address}`, EFFECT_MS, async () =>
        (await send(address, { path: '/', host: INGRESS_HOST })).body.startsWith('v2') ? true : undefined,
      );
    }
  });

  test('Envoy refused nothing that it was sent', { skip: NO_LOW_PORTS }, async () => {
    assert.equal(await envoy.refusals(), 0, envoy.log());
  });
});
