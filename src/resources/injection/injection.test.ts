import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { PodObject } from '../types.js';
import { admissionInject, injectPod } from './inject-pod.js';
import { injectYaml } from './inject-yaml.js';
import { PROXY_VERSION } from './sidecar.js';

const DEPLOYMENT = `---
# the shop's front
apiVersion: extensions/v1beta1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1 # one is enough
  template:
    metadata:
      labels:
        app: shop
        version: "1"
    spec:
      containers:
      - name: shop
        image: shop:v1
`;

function pod(overrides: Partial<PodObject['spec']> = {}, metadata: Partial<PodObject['metadata']> = {}): PodObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shop', namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'shop', image: 'shop:v1' }], ...overrides },
  };
}

function namespace(labels: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels } };
}

function containerNames(text: string): string[][] {
  const documents = parseAllDocuments(text);
  assert.ok(Array.isArray(documents));
  return documents.flatMap((document) => {
    const spec = document.toJS()?.spec?.template?.spec ?? document.toJS()?.spec;
    return spec?.containers ? [spec.containers.map((container: { name: string }) => container.name)] : [];
  });
}

test('PROXY_VERSION is the version of the package', () => {
  const text = readFileSync('package.json', 'utf8');
  assert.equal(PROXY_VERSION, JSON.parse(text).version);
});

test('injectPod adds the sidecar after the containers, the init container and the annotations', () => {
  const injected = injectPod(pod());
  assert.deepEqual(
    injected.spec.containers.map((container) => container.name),
    ['shop', 'istio-proxy'],
  );
  assert.equal(injected.spec.initContainers?.[0]?.name, 'istio-init');
  assert.equal(injected.metadata.annotations?.['kubectl.kubernetes.io/default-container'], 'shop');
  assert.deepEqual(JSON.parse(injected.metadata.annotations?.['sidecar.istio.io/status'] ?? '').containers, [
    'istio-proxy',
  ]);
});

test('injectPod leaves alone pods of the host network, pods that say no, and pods that have one', () => {
  for (const each of [
    pod({ hostNetwork: true }),
    pod({}, { annotations: { 'sidecar.istio.io/inject': 'false' } }),
    pod({}, { labels: { 'sidecar.istio.io/inject': 'false' } }),
    injectPod(pod()),
  ]) {
    assert.equal(injectPod(each), each);
  }
});

test('admissionInject follows the label of the namespace, then the wish of the pod', () => {
  const yes = { 'sidecar.istio.io/inject': 'true' };
  const no = { 'sidecar.istio.io/inject': 'false' };
  const injected = (object: PodObject, labels: Record<string, string>) =>
    admissionInject(object, namespace(labels)) !== object;
  assert.equal(injected(pod(), { 'istio-injection': 'enabled' }), true);
  assert.equal(injected(pod({}, { annotations: no }), { 'istio-injection': 'enabled' }), false);
  assert.equal(injected(pod(), {}), false);
  assert.equal(injected(pod({}, { labels: yes }), {}), true);
  assert.equal(injected(pod({}, { annotations: yes }), {}), false);
  assert.equal(injected(pod({}, { labels: yes }), { 'istio-injection': 'disabled' }), false);
});

test('injectYaml keeps comments, quotes and the other documents', () => {
  const text = `${DEPLOYMENT}---\napiVersion: v1\nkind: Service # beside\nmetadata:\n  name: shop\n`;
  const injected = injectYaml(text);
  assert.deepEqual(containerNames(injected), [['shop', 'istio-proxy']]);
  for (const part of ["# the shop's front", '# one is enough', '"1"', 'kind: Service # beside']) {
    assert.ok(injected.includes(part), `${part} in:\n${injected}`);
  }
});

test('injectYaml does not inject twice', () => {
  const once = injectYaml(DEPLOYMENT);
  assert.equal(injectYaml(once), once);
});

test('injectYaml finds the template of every kind of workload, and the items of a List', () => {
  const template = { metadata: {}, spec: { containers: [{ name: 'a', image: 'a' }] } };
  for (const kind of ['DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job']) {
    assert.deepEqual(containerNames(injectYaml(JSON.stringify({ kind, spec: { template } }))), [['a', 'istio-proxy']]);
  }
  assert.deepEqual(containerNames(injectYaml(JSON.stringify({ kind: 'Pod', ...template }))), [['a', 'istio-proxy']]);
  const cron = { kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } };
  assert.match(injectYaml(JSON.stringify(cron)), /istio-proxy/);
  const list = { kind: 'List', items: [{ kind: 'Deployment', spec: { template } }, cron] };
  assert.equal(injectYaml(JSON.stringify(list)).match(/"?name"?: "?istio-proxy/g)?.length, 2);
});

test('injectYaml writes an anchored template out, so that the sidecar stays where it belongs', () => {
  const text = `kind: Deployment
x: &containers
- name: a
  image: a
spec:
  template:
    spec:
      containers: *containers
`;
  const [document] = parseAllDocuments(injectYaml(text));
  const object = document?.toJS();
  assert.equal(object.x.length, 1);
  assert.equal(object.spec.template.spec.containers.length, 2);
});

test('injectYaml copes with empty annotations, empty documents and a text that is no workload', () => {
  const text = 'kind: Pod\nmetadata:\n  annotations:\nspec:\n  initContainers:\n  containers:\n  - name: a\n';
  const injected = injectYaml(`---\n---\n${text}`);
  assert.deepEqual(containerNames(injected), [['a', 'istio-proxy']]);
  assert.match(injected, /sidecar.istio.io\/status/);
  assert.equal(injectYaml(''), '');
  assert.equal(injectYaml('just words\n'), 'just words\n');
});

test('injectYaml tells where broken YAML is broken', () => {
  assert.throws(() => injectYaml('kind: Pod\n  name: [1\n'), /line \d/);
});

test('numbers and words stand as they were written, and mean what kubectl reads', () => {
  const text = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  automountServiceAccountToken: no
  containers: [{name: main, image: i}]
  volumes:
    - name: keys
      secret: {secretName: keys, defaultMode: 0400}
`;
  const injected = injectYaml(text);
  assert.match(injected, /defaultMode: 0400/);
  assert.match(injected, /automountServiceAccountToken: no\n/);
  assert.throws(() => injectYaml(`a: ${'['.repeat(20_000)}`), /nested too deeply/);
});
