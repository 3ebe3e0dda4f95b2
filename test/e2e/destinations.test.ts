import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { TestAuthority } from '../../src/proxy/testing/test-certificates.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';

/** The machine as its pods reach it. */
const machine = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
const missing = hasKubectl ? 'the machine has no address but loopback' : 'kubectl is not installed';
const options = hasKubectl && machine ? {} : { skip: missing };

/** Answers with its host's name, or 503 when it was told to break. */
const PROGRAM = `
const http = require('node:http');
let code = 200;
http.createServer((request, response) => {
  if (request.url === '/break') code = 503;
  if (request.url === '/mend') code = 200;
  response.statusCode = code;
  response.end(require('node:os').hostname());
}).listen(8080);
`;
/** `URL COUNT [HEADER:VALUE]`: the answers and how often each came; `%i` is the number of the request. */
const ASK = `
const http = require('node:http');
const [url, count, header] = process.argv.slice(2);
const [name, value] = header ? header.split(/:(.*)/) : [];
const once = (i) => new Promise((done) => {
  const headers = name ? { [name]: value.replace('%i', i) } : {};
  http.get(url, { headers }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => (text += chunk)).on('end', () => done(answer.statusCode + ' ' + text));
  }).on('error', (error) => done(error.message));
});
(async () => {
  const seen = {};
  for (let i = 0; i < Number(count); i++) { const text = await once(i); seen[text] = (seen[text] ?? 0) + 1; }
  console.log(JSON.stringify(seen));
})();
`;

const workload = (name: string, replicas: number, more: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, version: v1}}
    spec:
      terminationGracePeriodSeconds: 1
      ${more}
      containers: [{name: main, image: "program:1", ports: [{containerPort: 8080}]}]
---
`;
const APART =
  'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: cart}}}]}}';
const SHOP = `${workload('cart', 3, APART)}${workload('front', 1, 'nodeSelector: {kubernetes.io/hostname: node-1}')}
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;

const istio = (kind: string, name: string, spec: object, version = 'networking.istio.io/v1'): string =>
  JSON.stringify({ apiVersion: version, kind, metadata: { name }, spec });

let mesh: Mesh;
let kubectl: Kubectl;
let secure: Server;
let plain: HttpServer;
/** Node of each pod, by name. */
let places: ReadonlyMap<string, string>;

before(async () => {
  if (options.skip) return;
  mesh = await Mesh.start({ driver: 'netns', as: 'self', upArguments: ['--nodes', '3'] });
  kubectl = new Kubectl(mesh, 'shop');
  const folder = join(mesh.folder, 'program');
  mkdirSync(folder);
  writeFileSync(join(folder, 'server.js'), PROGRAM);
  writeFileSync(join(folder, 'ask.js'), ASK);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n');
  const built = await mesh.trysail(['image', 'build', '-t', 'program:1', folder]);
  assert.equal(built.status, 0, built.stderr);
  await kubectl.ok('create namespace shop');
  await kubectl.ok('label namespace shop istio-injection=enabled');
  await kubectl.ok('apply -f -', SHOP);
  for (const name of ['cart', 'front']) await kubectl.ok(`rollout status deploy/${name} --timeout=60s`);
  const lines = await kubectl.ok(
    'get pods -l app=cart --no-headers -o custom-columns=N:.metadata.name,O:.spec.nodeName',
  );
  places = new Map(lines.split('\n').map((line) => line.split(/ +/) as [string, string]));
});

after(async () => {
  secure?.close();
  plain?.close();
  await mesh?.stop();
});

async function ask(url: string, count: number, header = ''): Promise<Record<string, number>> {
  return JSON.parse(await kubectl.ok(`exec deploy/front -c main -- node ask.js ${url} ${count} ${header}`)) as Record<
    string,
    number
  >;
}

const podOn = (node: string): string => [...places].find(([, where]) => where === node)?.[0] ?? assert.fail(node);

test('consistent hash: one user has one endpoint, users have all', options, async () => {
  const loadBalancer = { consistentHash: { httpHeaderName: 'x-user' } };
  await kubectl.ok('apply -f -', istio('DestinationRule', 'cart', { host: 'cart', trafficPolicy: { loadBalancer } }));
  await eventually(async () => {
    for (const user of ['ann', 'joe']) {
      assert.deepEqual(Object.values(await ask('http://cart/', 8, `x-user:${user}`)), [8]);
    }
  });
  assert.equal(Object.keys(await ask('http://cart/', 60, 'x-user:user-%i')).length, 3);
});

test(
  'localities: the nearest endpoint serves, others when it fails, and it again when it is well',
  options,
  async () => {
    const outlierDetection = {
      consecutive5xxErrors: 2,
      interval: '1s',
      baseEjectionTime: '2s',
      maxEjectionPercent: 100,
    };
    const spec = { host: 'cart', trafficPolicy: { outlierDetection } };
    await kubectl.ok('apply -f -', istio('DestinationRule', 'cart', spec));
    const near = podOn('node-1');
    const served = { [`200 ${near}`]: 9 };
    await eventually(async () => assert.deepEqual(await ask('http://cart/', 9), served));
    const tell = (path: string) =>
      kubectl.ok(
        `exec ${near} -c main -- node -e 'require("http").get("http://127.0.0.1:8080/${path}").on("response",(r)=>r.resume())'`,
      );
    await tell('break');
    await eventually(async () => {
      const others = Object.keys(await ask('http://cart/', 12)).sort();
      assert.deepEqual(others, [`200 ${podOn('node-0')}`, `200 ${podOn('node-2')}`].sort());
    });
    await tell('mend');
    await eventually(async () => assert.deepEqual(await ask('http://cart/', 9), served), 30_000);
  },
);

test('localities: shares of requests', options, async () => {
  const distribute = [{ from: 'local/local-b', to: { 'local/local-a': 80, 'local/local-c': 20 } }];
  const spec = { host: 'cart', trafficPolicy: { loadBalancer: { localityLbSetting: { distribute } } } };
  await kubectl.ok('apply -f -', istio('DestinationRule', 'cart', spec));
  await eventually(async () => {
    assert.deepEqual(await ask('http://cart/', 50), { [`200 ${podOn('node-0')}`]: 40, [`200 ${podOn('node-2')}`]: 10 });
  });
  await kubectl.ok('delete destinationrule cart');
});

test(
  'a WorkloadEntry serves beside the pods, of a Service and of a ServiceEntry, until it is deleted',
  options,
  async () => {
    plain = createHttpServer((_, response) => response.end('machine')).listen(0, machine);
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    const entry = { address: machine, ports: { http: port }, labels: { app: 'cart', version: 'vm' } };
    await kubectl.ok('apply -f -', istio('WorkloadEntry', 'vm-1', entry));
    const service = {
      ...{ hosts: ['both.example.com'], addresses: ['192.0.2.9'], location: 'MESH_INTERNAL', resolution: 'STATIC' },
      ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
      workloadSelector: { labels: { app: 'cart' } },
    };
    await kubectl.ok('apply -f -', istio('ServiceEntry', 'both', service));
    const expected = Object.fromEntries(
      [...[...places.keys()].map((pod) => `200 ${pod}`), '200 machine'].map((text) => [text, 2]),
    );
    await eventually(async () => assert.deepEqual(await ask('http://cart/', 8), expected));
    await eventually(async () =>
      assert.deepEqual(await ask('http://192.0.2.9/', 8, 'host:both.example.com'), expected),
    );
    assert.match(await kubectl.ok('get we'), /^NAME +ADDRESS +AGE\nvm-1 +\S+ +\d+s$/);
    await kubectl.ok('delete workloadentry vm-1');
    await eventually(async () =>
      assert.equal(Object.keys(await ask('http://cart/', 6)).includes('200 machine'), false),
    );
  },
);

test(
  'TLS by the sidecar: an EgressRule, whose server must be one that is trusted; a DestinationRule with both certificates',
  options,
  async () => {
    // The system takes an address of two numbers, which is a name to everyone else: it needs no name server.
    const [first, ...rest] = machine!.split('.').map(Number);
    const name = `${first}.${rest.reduce((sum, part) => sum * 256 + part, 0)}`;
    const authority = new TestAuthority();
    const server = authority.issue('server', [name, 'secure.example.com']);
    const client = authority.issue('front', ['front.example.com']);
    const files = { 'ca.pem': authority.cert, 'client.pem': client.cert, 'client-key.pem': client.key };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(mesh.folder, file), text);
    secure = createServer(
      { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        const caller = socket.getPeerX509Certificate()?.subjectAltName ?? 'nobody';
        response.end(`${String((socket as { servername?: unknown }).servername)} for ${caller}`);
      },
    ).listen(0, machine);
    await once(secure, 'listening');
    const { port } = secure.address() as AddressInfo;

    const rule = { destination: { service: name }, ports: [{ port, protocol: 'https' }] };
    await kubectl.ok('apply -f -', istio('EgressRule', 'secure', rule, 'config.istio.io/v1alpha2'));
    const url = `http://192.0.2.77:${port}/`;
    await eventually(async () => {
      assert.match(Object.keys(await ask(url, 1, `host:${name}:${port}`))[0]!, /^503 .*remote connection failure/);
    });
    const caCertificates = join(mesh.folder, 'ca.pem');
    const trusted = { host: name, trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates } } };
    await kubectl.ok('apply -f -', istio('DestinationRule', 'trusted', trusted));
    await eventually(async () => {
      assert.deepEqual(await ask(url, 2, `host:${name}:${port}`), { [`200 ${name} for nobody`]: 2 });
    });

    const entry = {
      ...{ hosts: ['secure.example.com'], addresses: ['192.0.2.78'], resolution: 'STATIC' },
      ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: port }],
      endpoints: [{ address: machine }],
    };
    const [clientCertificate, privateKey] = ['client.pem', 'client-key.pem'].map((file) => join(mesh.folder, file));
    const tls = { mode: 'MUTUAL', caCertificates, clientCertificate, privateKey };
    await kubectl.ok('apply -f -', istio('ServiceEntry', 'mutual', entry));
    const mutual = { host: 'secure.example.com', trafficPolicy: { tls } };
    await kubectl.ok('apply -f -', istio('DestinationRule', 'mutual', mutual));
    await eventually(async () => {
      const expected = { '200 secure.example.com for DNS:front.example.com': 2 };
      assert.deepEqual(await ask('http://192.0.2.78/', 2, 'host:secure.example.com'), expected);
    });
  },
);
