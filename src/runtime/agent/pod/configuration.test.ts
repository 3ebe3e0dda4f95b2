import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Container, Volume } from 'kubernetes-types/core/v1.js';
import { FakeClock } from '../../../base/fake-clock.js';
import { CONFIG_MAPS, SECRETS, SERVICES } from '../../../resources/gvr.js';
import type { KubeObject } from '../../../resources/object.js';
import { FakeApi } from '../../controllers/testing/fake-api.js';
import { ObjectReader } from '../object-reader.js';
import { CrashBackoff, durationText } from './crash-backoff.js';
import { containerEnvironment } from './environment.js';
import type { PodFacts } from './field-ref.js';
import { PodVolumes } from './volumes.js';

const APP: Container = { name: 'app', resources: { limits: { cpu: '1500m', memory: '64Mi' } } };

async function setUp(...objects: (readonly [typeof SERVICES, string, object])[]) {
  const api = new FakeApi(new FakeClock());
  for (const [resource, name, fields] of objects) {
    const object: KubeObject = { apiVersion: 'v1', kind: 'X', metadata: { name, namespace: 'default' }, ...fields };
    await api.create(resource, object);
  }
  return new ObjectReader(api);
}

function facts(volumes: Volume[] = []): PodFacts {
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', uid: 'u', labels: { b: '2', a: '1' } },
      spec: { nodeName: 'node-1', containers: [APP], volumes },
    },
    podIP: '10.244.0.2',
    hostIP: '127.0.0.1',
    capacity: { cpus: 4, memory_bytes: 8e9 },
  };
}

test('environment: services, envFrom with prefix, each kind of reference, in order', async () => {
  const reader = await setUp(
    [SERVICES, 'my-db', { spec: { clusterIP: '10.96.0.9', ports: [{ name: 'sql', port: 5432 }] } }],
    [SERVICES, 'kubernetes', { spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] } }],
    [CONFIG_MAPS, 'all', { data: { one: '1' } }],
    [SECRETS, 'keys', { data: { password: Buffer.from('s3cret').toString('base64') } }],
  );
  const environment = await containerEnvironment(
    facts(),
    {
      ...APP,
      envFrom: [{ configMapRef: { name: 'all' }, prefix: 'ALL_' }, { secretRef: { name: 'absent', optional: true } }],
      env: [
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
        { name: 'OPTIONAL', valueFrom: { configMapKeyRef: { name: 'all', key: 'two', optional: true } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a']" } } },
        { name: 'URL', value: 'postgres://x:$(PASSWORD)@$(MY_DB_SERVICE_HOST):$(MY_DB_SERVICE_PORT_SQL)/' },
      ],
    },
    reader,
  );
  assert.equal(environment['ALL_one'], '1');
  assert.equal(environment['OPTIONAL'], undefined);
  assert.deepEqual([environment['CPU'], environment['MEMORY'], environment['LABEL']], ['2', '64', '1']);
  assert.equal(environment['URL'], 'postgres://x:s3cret@10.96.0.9:5432/');
  assert.equal(environment['MY_DB_PORT_5432_TCP'], 'tcp://10.96.0.9:5432');
  assert.equal(environment['KUBERNETES_SERVICE_HOST'], '10.96.0.1');
});

test('environment: what is missing is named', async () => {
  const reader = await setUp([CONFIG_MAPS, 'all', { data: {} }]);
  const from = (valueFrom: object) =>
    containerEnvironment(facts(), { ...APP, env: [{ name: 'X', valueFrom }] }, reader);
  await assert.rejects(from({ secretKeyRef: { name: 'keys', key: 'a' } }), { message: 'secret "keys" not found' });
  await assert.rejects(from({ configMapKeyRef: { name: 'all', key: 'a' } }), {
    message: "couldn't find key a in ConfigMap default/all",
  });
});

function volumesOf(reader: ObjectReader, place: string, volumes: Volume[]): PodVolumes {
  const token = async (audience: string | undefined) => `token for ${audience ?? 'the API'}`;
  return new PodVolumes(() => ({ facts: facts(volumes), reader, clusterCa: 'CA', token }), volumes, place);
}

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

test('volumes: config maps, secrets with modes, the downward API, projections of several', async (t) => {
  const reader = await setUp(
    [
      CONFIG_MAPS,
      'conf',
      { data: { 'a.txt': 'A', 'b.txt': 'B' }, binaryData: { bin: Buffer.from([1, 2]).toString('base64') } },
    ],
    [SECRETS, 'keys', { data: { key: Buffer.from('K').toString('base64') } }],
  );
  const labels = { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } };
  const volumes = volumesOf(reader, await folder(t), [
    { name: 'conf', configMap: { name: 'conf', items: [{ key: 'a.txt', path: 'deep/a' }] } },
    { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } },
    { name: 'all', projected: { sources: [{ configMap: { name: 'conf' } }, { downwardAPI: { items: [labels] } }] } },
    { name: 'cache', emptyDir: {} },
    { name: 'host', hostPath: { path: '/etc' } },
  ]);
  await volumes.make();
  const made = volumes.places;
  const text = (volume: string, file: string) => readFile(path.join(made.get(volume)!, file), 'utf8');
  assert.equal(await text('conf', 'deep/a'), 'A');
  assert.equal(await text('keys', 'key'), 'K');
  assert.equal((await stat(path.join(made.get('keys')!, 'key'))).mode & 0o777, 0o400);
  assert.equal(await text('all', 'b.txt'), 'B');
  assert.equal(await text('all', 'labels'), 'a="1"\nb="2"');
  assert.equal(made.get('host'), '/etc');
  assert.ok((await stat(made.get('cache')!)).isDirectory());
});

test('volumes: what cannot be mounted is said', async (t) => {
  const reader = await setUp();
  const place = await folder(t);
  const make = (volume: object) => volumesOf(reader, place, [{ name: 'v', ...volume }]).make();
  await assert.rejects(make({ configMap: { name: 'c' } }), {
    message: 'MountVolume.SetUp failed for volume "v" : configmap "c" not found',
  });
  await assert.rejects(make({ persistentVolumeClaim: { claimName: 'p' } }), {
    message: 'MountVolume.SetUp failed for volume "v" : persistentvolumeclaim "p" not found',
  });
  await assert.rejects(make({ nfs: { server: 's', path: '/' } }), { message: /volumes of type nfs are not supported/ });
});

test('volumes: a change reaches the files all at once, and names that went are gone', async (t) => {
  const api = new FakeApi(new FakeClock());
  const object = (data: Record<string, string>): KubeObject & { data: Record<string, string> } => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', namespace: 'default' },
    data,
  });
  await api.create(CONFIG_MAPS, object({ a: '1', b: '1' }));
  const token = { serviceAccountToken: { path: 'token', audience: 'vault' } };
  const volumes = volumesOf(new ObjectReader(api), await folder(t), [
    { name: 'conf', configMap: { name: 'conf' } },
    { name: 'all', projected: { defaultMode: 0o400, sources: [{ configMap: { name: 'conf' } }, token] } },
  ]);
  await volumes.make();
  const place = volumes.places.get('conf')!;
  const before = await readlink(path.join(place, '..data'));
  assert.deepEqual((await readdir(place)).sort(), [before, '..data', 'a', 'b'].sort());
  await volumes.refresh();
  assert.equal(await readlink(path.join(place, '..data')), before, 'nothing changed');
  await api.update(CONFIG_MAPS, object({ a: '2', c: '2' }));
  await volumes.refresh();
  const after = await readlink(path.join(place, '..data'));
  assert.deepEqual((await readdir(place)).sort(), [after, '..data', 'a', 'c'].sort());
  assert.equal(await readFile(path.join(place, 'a'), 'utf8'), '2');
  const all = volumes.places.get('all')!;
  assert.equal(await readFile(path.join(all, 'c'), 'utf8'), '2');
  assert.equal(await readFile(path.join(all, 'token'), 'utf8'), 'token for vault');
  assert.equal((await stat(path.join(all, 'token'))).mode & 0o777, 0o400);
  await api.delete(CONFIG_MAPS, 'conf', 'default');
  await volumes.refresh();
  assert.equal(await readFile(path.join(place, 'a'), 'utf8'), '2', 'what is gone leaves its files');
});

test('back-off: doubles to its longest, is written as Go writes durations', () => {
  const backoff = new CrashBackoff();
  const waits = Array.from({ length: 8 }, (_, i) => backoff.next_ms(i * 1000));
  assert.deepEqual(waits.map(durationText), ['0s', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
  assert.equal(backoff.next_ms(7_000 + 600_001), 0);
});
