import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { CONFIG_MAPS, SERVICE_ACCOUNTS } from '../../../resources/gvr.js';
import type { KubeObject } from '../../../resources/object.js';
import type { ConfigMapObject } from '../../../resources/types.js';
import { TestNode } from '../testing/test-node.js';

const TARGET = '/var/run/secrets/kubernetes.io/serviceaccount';

function account(name: string, fields: object): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' }, ...fields };
}

/** As the manifest of one who says nothing about it. */
const WITH_TOKEN = { automountServiceAccountToken: undefined } as unknown as Partial<PodSpec>;

const mountOf = (node: TestNode, container = 'app', wanted = TARGET) =>
  node.until(() => node.driver.process(container).spec.mounts.find(({ target }) => target === wanted));

async function startNode(t: TestContext): Promise<TestNode> {
  const node = await TestNode.start(t);
  node.driver.name = 'netns';
  return node;
}

test('a program finds token, CA and namespace; a token that grows old is replaced', async (t) => {
  const node = await startNode(t);
  await node.createPod(WITH_TOKEN);
  const mount = await mountOf(node);
  assert.equal(mount?.readOnly, true);
  const text = (name: string) => readFile(path.join(mount.source, name), 'utf8');
  assert.deepEqual([await text('ca.crt'), await text('namespace')], ['CA', 'default']);
  assert.equal(await text('token'), 'default/default #1');
  await node.pass(3_607_000 * 0.8 + 10_000, 600_000);
  await node.until(async () => assert.equal(await text('token'), 'default/default #2'));
});

test('pod and account may do without; an account that is not there is told', async (t) => {
  const node = await startNode(t);
  await node.api.create(SERVICE_ACCOUNTS, account('shy', { automountServiceAccountToken: false }));
  await node.createPod({ name: 'no', automountServiceAccountToken: false });
  assert.equal(await mountOf(node), undefined);
  await node.createPod({
    ...WITH_TOKEN,
    name: 'shy',
    serviceAccountName: 'shy',
    containers: [{ name: 'shy', image: 'app:v1' }],
  });
  assert.equal(await mountOf(node, 'shy'), undefined);
  const asked = { serviceAccountName: 'shy', automountServiceAccountToken: true };
  await node.createPod({ name: 'asked', ...asked, containers: [{ name: 'asked', image: 'app:v1' }] });
  assert.ok(await mountOf(node, 'asked'));
  await node.createPod({
    ...WITH_TOKEN,
    name: 'x',
    serviceAccountName: 'none',
    containers: [{ name: 'x', image: 'app:v1' }],
  });
  assert.equal(await mountOf(node, 'x'), undefined);
  assert.ok(
    (await node.events()).includes(
      'MissingServiceAccount: serviceaccount "none" not found: the pod runs without its token',
    ),
  );
});

test('where no mount can show it, a variable names its folder, and who asked for it is told', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({ automountServiceAccountToken: true });
  const spec = await node.until(() => node.driver.process('app').spec);
  assert.deepEqual(spec.mounts, []);
  assert.equal(await readFile(path.join(spec.env['TRYSAIL_SERVICE_ACCOUNT']!, 'namespace'), 'utf8'), 'default');
  const events = await node.events();
  assert.ok(events.some((event) => event.startsWith('TokenElsewhere: The token of service account "default" is in')));
});

test('a ConfigMap that changes reaches the volumes of a running pod', async (t) => {
  const node = await startNode(t);
  const object = (value: string): ConfigMapObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', namespace: 'default' },
    data: { value },
  });
  await node.api.create(CONFIG_MAPS, object('one'));
  await node.createPod({
    containers: [{ name: 'app', image: 'app:v1', volumeMounts: [{ name: 'conf', mountPath: '/etc/conf' }] }],
    volumes: [{ name: 'conf', configMap: { name: 'conf' } }],
  });
  const mount = await mountOf(node, 'app', '/etc/conf');
  const value = () => readFile(path.join(mount!.source, 'value'), 'utf8');
  assert.equal(await value(), 'one');
  await node.api.update(CONFIG_MAPS, object('two'));
  await node.until(async () => assert.equal(await value(), 'two'));
});
