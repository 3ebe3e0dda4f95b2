import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { eventually } from '../support/load.js';
import { Mesh } from '../support/mesh.js';
import { MeshEnvoy } from '../support/mesh-envoy.js';
import { type Answer, type Request, send, shareOfV1 } from './answers.js';
import { converse } from './converse.js';
import { Depot, hasKubectl, SUBSETS } from './depot.js';

const EFFECT_MS = 5_000;
/** Four standard deviations of a share of 75 % among so many requests are 8 %. */
const SAMPLE = 500;
const TOLERANCE = 0.09;
const PROXY_PORT = 15_080;
const CAPTURE_PORT = 15_001;

/** An address that no mesh gives to a pod, and no other run of this test has. */
const ENVOY_IP = `127.198.${(process.pid >> 8) & 255}.${1 + (process.pid % 254)}`;

/** Envoy's node has the labels `app: caller`; our own sidecar, that of a pod of v1, has not. */
const rules = (v1Weight: number): string => `${SUBSETS}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: parcels, namespace: depot }
spec:
  hosts: [parcels]
  http:
    - match: [{ uri: { exact: /mine }, sourceLabels: { app: caller } }]
      directResponse: { status: 203, body: { string: for callers } }
    - match: [{ headers: { x-crew: { exact: night } } }]
      route: [{ destination: { host: parcels, subset: v2 } }]
    - match: [{ uri: { prefix: /broken } }]
      fault: { abort: { httpStatus: 429, percentage: { value: 100 } } }
      route: [{ destination: { host: parcels } }]
    - match: [{ uri: { prefix: /late } }]
      timeout: 0.2s
      route: [{ destination: { host: parcels } }]
    - route:
        - { destination: { host: parcels, subset: v1 }, weight: ${v1Weight} }
        - { destination: { host: parcels, subset: v2 }, weight: ${100 - v1Weight} }
`;

const HOST = 'parcels.depot:8080';
const NIGHT = { 'x-crew': 'night' };

/** As a program sends them that was told to use an HTTP proxy. */
const REQUESTS: Readonly<Record<string, Request>> = {
  'short name': { path: 'http://parcels:8080/a?b=c', host: 'parcels:8080', headers: NIGHT },
  'name with its namespace': { path: `http://${HOST}/`, host: HOST, headers: NIGHT },
  'whole name': {
    path: 'http://parcels.depot.svc.cluster.local:8080/',
    host: 'parcels.depot.svc.cluster.local:8080',
    headers: NIGHT,
  },
  'fault: abort': { path: `http://${HOST}/broken`, host: HOST },
  timeout: { path: `http://${HOST}/late`, host: HOST },
  'with a body': { path: `http://${HOST}/`, host: HOST, headers: NIGHT, method: 'POST', body: 'a body' },
  'port that the service has not': { path: 'http://parcels.depot:9090/', host: 'parcels.depot:9090' },
};

const binary = findEnvoy();

describe('real Envoy and our proxy as sidecars of one mesh', {
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
    await depot.apply(rules(75));
    envoy = await MeshEnvoy.start({
      binary: binary!,
      nodeId: `sidecar~${ENVOY_IP}~caller-1.depot~depot.svc.cluster.local`,
      metadata: {
        NAMESPACE: 'depot',
        LABELS: { app: 'caller' },
        INTERCEPTION_MODE: 'NONE',
        HTTP_PROXY_PORT: PROXY_PORT,
      },
      adsPath: join(dirname(mesh.status.kubeconfig), 'run', 'ads.sock'),
    });
    ourIP = await depot.podIP('depot', 'version=v1');
    for (const ip of both()) {
      await until(ip, 'the rules hold', { path: `http://${HOST}/broken`, host: HOST }, ({ status }) => status === 429);
    }
  });

  after(async () => {
    await envoy?.close();
    await mesh?.stop();
  });

  const both = (): string[] => [ourIP, ENVOY_IP];

  async function until(ip: string, what: string, request: Request, holds: (answer: Answer) => boolean): Promise<void> {
    await eventually(`${what} at ${ip}`, EFFECT_MS, async () => {
      const answer = await send(`${ip}:${PROXY_PORT}`, request);
      if (holds(answer)) return true;
      throw new Error(`${answer.status} ${answer.body}`);
    });
  }

  /** What a program hears that calls an address, through the sidecar at `ip`. */
  async function answersOf(ip: string, address: string, port: number, path: string, host: string) {
    const head = [`PROXY TCP4 127.0.0.1 ${address} 40000 ${port}`, `GET ${path} HTTP/1.1`, `host: ${host}`];
    const bytes = [...head, 'connection: close', '', ''].join('\r\n');
    return (await converse(CAPTURE_PORT, bytes, ip)).answers;
  }

  for (const [name, request] of Object.entries(REQUESTS)) {
    test(`as an HTTP proxy: ${name}`, async () => {
      const [ours, theirs] = await Promise.all(both().map((ip) => send(`${ip}:${PROXY_PORT}`, request)));
      assert.deepEqual(ours, theirs);
    });
  }

  test('sourceLabels are those of the caller', async () => {
    const request = { path: `http://${HOST}/mine`, host: HOST };
    const [ours, theirs] = await Promise.all(both().map((ip) => send(`${ip}:${PROXY_PORT}`, request)));
    assert.deepEqual([ours?.status, theirs?.status], [200, 203]);
  });

  test('a connection to the service address, with a PROXY protocol header', async () => {
    const destination = await depot.clusterIP();
    const bytes = [
      `PROXY TCP4 127.0.0.1 ${destination} 40000 8080`,
      'GET /broken HTTP/1.1',
      'host: parcels',
      'connection: close',
      '',
      '',
    ].join('\r\n');
    const [ours, theirs] = await Promise.all(both().map((ip) => converse(CAPTURE_PORT, bytes, ip)));
    assert.deepEqual(ours, theirs);
    assert.equal(ours!.answers[0]?.status, 429);
  });

  test('weights, and a change of them', async () => {
    const request = { path: `http://${HOST}/`, host: HOST };
    for (const ip of both()) {
      const share = await shareOfV1(`${ip}:${PROXY_PORT}`, request, SAMPLE);
      assert.ok(Math.abs(share - 0.75) < TOLERANCE, `${ip} gave ${share} to v1`);
    }
    await depot.apply(rules(0));
    for (const ip of both()) {
      await eventually(`all to v2 at ${ip}`, EFFECT_MS, async () =>
        (await shareOfV1(`${ip}:${PROXY_PORT}`, request, 20)) === 0 ? true : undefined,
      );
    }
  });

  test('an EnvoyFilter holds for both', async () => {
    await depot.apply(`${rules(0)}---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: marked, namespace: depot }
spec:
  configPatches:
    - applyTo: VIRTUAL_HOST
      match: { context: SIDECAR_OUTBOUND, routeConfiguration: { name: '8080' } }
      patch:
        operation: MERGE
        value: { response_headers_to_add: [{ header: { key: x-marked, value: 'yes' } }] }
    - applyTo: HTTP_ROUTE
      match: { context: SIDECAR_OUTBOUND, routeConfiguration: { vhost: { name: 'parcels.depot.svc.cluster.local:8080' } } }
      patch:
        operation: INSERT_FIRST
        value: { name: teapot, match: { path: /teapot }, direct_response: { status: 418 } }
`);
    const ask = async (ip: string) => answersOf(ip, await depot.clusterIP(), 8080, '/teapot', 'parcels');
    for (const ip of both()) {
      await eventually(`the patches hold at ${ip}`, EFFECT_MS, async () =>
        (await ask(ip)).some((answer) => answer?.status === 418) ? true : undefined,
      );
    }
    const [ours, theirs] = await Promise.all(both().map(ask));
    assert.deepEqual(ours, theirs);
    assert.ok(ours?.[0]?.headers.includes('x-marked: yes'), JSON.stringify(ours));
  });

  test('where only known hosts may be called, others get 502, and a connection to them ends', async () => {
    await depot.apply(`apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: depot }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }
`);
    const ask = async (ip: string) => answersOf(ip, await depot.clusterIP(), 8080, '/', 'nobody.example.com');
    for (const ip of both()) {
      await eventually(`unknown hosts are refused at ${ip}`, EFFECT_MS, async () =>
        (await ask(ip)).some((answer) => answer?.status === 502) ? true : undefined,
      );
    }
    const [ours, theirs] = await Promise.all(both().map(ask));
    assert.deepEqual(ours, theirs);
    for (const ip of both()) assert.deepEqual(await answersOf(ip, ENVOY_IP, 9, '/', 'x'), [], ip);
  });

  test('Envoy refused nothing that it was sent', async () => {
    assert.equal(await envoy.refusals(), 0, envoy.log());
  });
});
