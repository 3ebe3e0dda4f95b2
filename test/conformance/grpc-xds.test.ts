import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { compile, type MeshSnapshot, snapshotOf } from '../../src/compiler/index.js';
import type { KubeObject } from '../../src/resources/object.js';
import { AdsServer } from '../../src/xds/server/ads-server.js';
import type { ConfigSource } from '../../src/xds/server/source.js';
import type { Calls, Counts } from './grpc-xds-client.js';

const METHOD = '/echo.Echo/Say';
const HOST = 'echo.shop.svc.cluster.local';
/** How long a change may take to be seen; a busy machine is slow. */
const CHANGE_MAX_MS = 30_000;
const TEST_MAX = { timeout: 60_000 };

const folder = mkdtempSync(join(tmpdir(), 'trysail-grpc-'));
const nacks: string[] = [];
const closers: (() => unknown)[] = [];
const ports: Record<string, number> = {};
let objects: KubeObject[] = [];
let snapshot: MeshSnapshot = snapshotOf([]);
let version = 0;
let caller: ChildProcess;
const listeners = new Set<() => void>();

const source: ConfigSource = {
  resources: (node) => compile(snapshot, node),
  version: () => version,
  onChange: (listener) => {
    listeners.add(listener);
    return { dispose: () => void listeners.delete(listener) };
  },
};

/** Replaces objects of the same kind and name. */
function apply(...changed: KubeObject[]): void {
  const key = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.name}`;
  const keys = new Set(changed.map(key));
  objects = [...objects.filter((object) => !keys.has(key(object))), ...changed];
  snapshot = snapshotOf(objects);
  version++;
  for (const listener of listeners) listener();
}

function remove(kind: string): void {
  objects = objects.filter((object) => object.kind !== kind);
  apply();
}

function pod(name: string, labels: Record<string, string>): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', labels } },
    ...{ spec: { containers: [] }, status: { podIP: '127.0.0.1' } },
  };
}

/** Each is a pod of its own port, so that it has a subset of its own Endpoints. */
function endpoints(...names: string[]): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'echo', namespace: 'shop' } },
    subsets: names.map((name) => ({
      addresses: [{ ip: '127.0.0.1', targetRef: { kind: 'Pod', namespace: 'shop', name } }],
      ports: [{ name: 'grpc', port: ports[name] }],
    })),
  };
}

function virtualService(...http: unknown[]): KubeObject {
  const metadata = { name: 'echo', namespace: 'shop' };
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec: { hosts: ['echo'], http } };
}

const to = (subset: string, weight?: number) => ({
  destination: { host: 'echo', subset },
  ...(weight === undefined ? {} : { weight }),
});

async function startServer(name: string): Promise<void> {
  const server = new Server();
  const identity = (bytes: Buffer): Buffer => bytes;
  const codec = { requestSerialize: identity, requestDeserialize: identity };
  const method = { path: METHOD, requestStream: false, responseStream: false, ...codec };
  server.addService(
    { Say: { ...method, responseSerialize: identity, responseDeserialize: identity } },
    { Say: (_call: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.from(name)) },
  );
  ports[name] = await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  closers.push(() => server.forceShutdown());
}

before(async () => {
  for (const name of ['v1', 'v2', 'other']) await startServer(name);
  const path = join(folder, 'xds.sock');
  const ads = new AdsServer({
    source,
    observer: {
      ...{ connected: () => {}, disconnected: () => {}, sent: () => {}, acked: () => {}, settled: () => {} },
      nacked: ({ typeUrl }, message) => void nacks.push(`${typeUrl}: ${message}`),
    },
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
  });
  await ads.listen({ path });
  closers.push(() => ads.close());
  const bootstrap = {
    xds_servers: [{ server_uri: `unix:${path}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
    node: {
      id: 'sidecar~127.0.0.1~caller-1.shop~shop.svc.cluster.local',
      locality: {},
      metadata: { GENERATOR: 'grpc', NAMESPACE: 'shop', LABELS: { app: 'caller' } },
    },
  };
  writeFileSync(join(folder, 'bootstrap.json'), JSON.stringify(bootstrap));
  caller = fork(fileURLToPath(new URL('./grpc-xds-client.js', import.meta.url)), {
    env: { ...process.env, GRPC_XDS_BOOTSTRAP: join(folder, 'bootstrap.json') },
  });
  closers.push(() => caller.kill());
  apply(
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo', namespace: 'shop' } },
      spec: { clusterIP: '10.96.0.5', selector: { app: 'echo' }, ports: [{ name: 'grpc', port: 7070 }] },
    },
    pod('v1', { app: 'echo', version: 'v1' }),
    pod('v2', { app: 'echo', version: 'v2' }),
    pod('other', { app: 'echo', version: 'v3' }),
    endpoints('v1', 'v2'),
    {
      ...{
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'echo', namespace: 'shop' },
      },
      spec: {
        host: 'echo',
        subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
      },
    },
  );
});

after(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** @returns who answered, or the code of the failure, and how often */
async function call(count: number, headers: Record<string, string> = {}, host = HOST): Promise<Counts> {
  caller.send({ target: `xds:///${host}:7070`, method: METHOD, count, headers } satisfies Calls);
  const [counts] = (await once(caller, 'message')) as [Counts];
  return counts;
}

/** Calls until the answers are as they should be. */
async function until(calls: number, expected: (counts: Counts) => boolean): Promise<void> {
  const end = Date.now() + CHANGE_MAX_MS;
  for (;;) {
    const counts = await call(calls);
    if (expected(counts)) return;
    assert.ok(Date.now() < end, `still ${JSON.stringify(counts)}; refused: ${nacks.join('; ')}`);
    await delay(20);
  }
}

test('a gRPC client without a proxy takes turns among the endpoints', TEST_MAX, async () => {
  // The first calls may find one of the two connected.
  await until(20, ({ v1, v2 }) => v1 === 10 && v2 === 10);
  assert.deepEqual(nacks, []);
});

test('a name of a service is dialled in any of its forms', TEST_MAX, async () => {
  for (const name of ['echo', 'echo.shop', 'echo.shop.svc']) {
    const { v1 = 0, v2 = 0 } = await call(2, {}, name);
    assert.equal(v1 + v2, 2, name);
  }
});

test('calls follow the weights of a VirtualService, and a change of them', TEST_MAX, async () => {
  apply(virtualService({ route: [to('v1', 100), to('v2', 0)] }));
  await until(20, ({ v1 }) => v1 === 20);
  apply(virtualService({ route: [to('v1', 20), to('v2', 80)] }));
  await until(5, ({ v2 = 0 }) => v2 > 0);
  const { v1 = 0, v2 = 0 } = await call(400);
  assert.equal(v1 + v2, 400);
  assert.ok(v1 > 40 && v1 < 130, `${v1} of 400 went to v1`);
});

test('calls follow what they carry', TEST_MAX, async () => {
  const isTester = { headers: { 'x-tester': { exact: 'yes' } } };
  const isMethod = { uri: { prefix: '/echo.Echo/' }, headers: { 'x-any': { regex: 'a+' } } };
  apply(
    virtualService(
      { match: [isTester], route: [to('v2')] },
      { match: [isMethod], route: [to('v2')] },
      { route: [to('v1')] },
    ),
  );
  await until(10, ({ v1 }) => v1 === 10);
  assert.deepEqual(await call(10, { 'x-tester': 'yes' }), { v2: 10 });
  assert.deepEqual(await call(10, { 'x-any': 'aaa' }), { v2: 10 });
  assert.deepEqual(await call(10, { 'x-any': 'ab' }), { v1: 10 });
});

test('a fault is injected by the client itself', TEST_MAX, async () => {
  const fault = { abort: { percentage: { value: 100 }, grpcStatus: 'RESOURCE_EXHAUSTED' } };
  apply(virtualService({ fault, route: [to('v1')] }));
  await until(5, (counts) => counts['RESOURCE_EXHAUSTED'] === 5);
  apply(virtualService({ route: [to('v1')] }));
  await until(5, ({ v1 }) => v1 === 5);
});

test(
  'an answer or a redirect of a proxy fails the call as it would behind one, and the rest is taken',
  TEST_MAX,
  async () => {
    const isOld = { headers: { 'x-old': { exact: 'yes' } } };
    const isGone = { headers: { 'x-gone': { exact: 'yes' } } };
    apply(
      virtualService(
        { match: [isOld], redirect: { uri: '/new' } },
        { match: [isGone], directResponse: { status: 404 } },
        {
          corsPolicy: { allowOrigins: [{ exact: 'https://example.com' }] },
          retries: { attempts: 0 },
          route: [to('v2')],
        },
      ),
    );
    await until(5, ({ v2 }) => v2 === 5);
    assert.deepEqual(await call(1, { 'x-old': 'yes' }), { UNKNOWN: 1 });
    assert.deepEqual(await call(1, { 'x-gone': 'yes' }), { UNIMPLEMENTED: 1 });
    assert.deepEqual(nacks, []);
  },
);

test('endpoints come and go', TEST_MAX, async () => {
  remove('VirtualService');
  await until(10, ({ v1, v2 }) => v1 === 5 && v2 === 5);
  apply(endpoints('other'));
  await until(10, ({ other }) => other === 10);
  apply(endpoints('v2', 'other'));
  await until(10, ({ v2, other }) => v2 === 5 && other === 5);
  assert.deepEqual(nacks, []);
});
