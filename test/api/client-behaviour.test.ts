import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { SystemClock } from '../../src/base/clock.js';
import { SeededRandom } from '../../src/base/random.js';
import {
  ApiError,
  type Client,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type WatchEvent,
} from '../../src/client/client.js';
import { EmbeddedClient } from '../../src/client/embedded-client.js';
import { Informer } from '../../src/client/informer.js';
import { RemoteClient } from '../../src/client/remote-client.js';
import type { KubeObject } from '../../src/resources/object.js';
import { type RunningApi, startApiServer } from './server.js';

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };
const OLD_DEPLOYMENTS = { group: 'extensions', version: 'v1beta1', resource: 'deployments' };

/** Both clients must do the same; a controller may not know which it has. */
const CLIENTS: Readonly<Record<string, (t: TestContext, running: RunningApi) => Client>> = {
  embedded: (_t, { api }) => new EmbeddedClient(api),
  remote: (t, { kubeconfig }) => {
    const client = RemoteClient.fromKubeconfig(readFileSync(kubeconfig, 'utf8'));
    t.after(() => client.close());
    return client;
  },
};

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function configMap(name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data };
}

function deployment(name: string, replicas: number): KubeObject {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

for (const [name, make] of Object.entries(CLIENTS)) {
  const behaviour = (what: string, body: (client: Client, t: TestContext) => Promise<void>): void => {
    test(`${name} client: ${what}`, async (t) => body(make(t, await startApiServer(t)), t));
  };

  behaviour("an object that it got is the caller's to change", async (client) => {
    const created = await client.create(CONFIG_MAPS, configMap('a', { k: '1' }));
    created['data'] = { k: '2' };
    const updated = await client.update(CONFIG_MAPS, created);
    assert.deepEqual(updated['data'], { k: '2' });
    const got = await client.get(CONFIG_MAPS, 'a', 'default');
    got.metadata.labels = { l: 'v' };
    assert.deepEqual((await client.get(CONFIG_MAPS, 'a', 'default'))['data'], { k: '2' });
  });

  behaviour('failures are ApiErrors with reason and status', async (client) => {
    const created = await client.create(CONFIG_MAPS, configMap('a'));
    await assert.rejects(client.get(CONFIG_MAPS, 'x', 'default'), (error) => {
      assert.ok(error instanceof ApiError && isNotFound(error));
      assert.equal(error.message, 'configmaps "x" not found');
      assert.deepEqual(error.details, { name: 'x', kind: 'configmaps' });
      return true;
    });
    await assert.rejects(client.create(CONFIG_MAPS, configMap('a')), isAlreadyExists);
    await client.update(CONFIG_MAPS, { ...created, data: { k: '1' } });
    await assert.rejects(client.update(CONFIG_MAPS, { ...created, data: { k: '2' } }), isConflict);
    await assert.rejects(client.create(CONFIG_MAPS, configMap('Bad_Name')), { status: 422, reason: 'Invalid' });
    await assert.rejects(client.delete(CONFIG_MAPS, 'a', 'default', { uid: 'other' }), isConflict);
  });

  behaviour('lists with selectors, and their items are frozen', async (client) => {
    await client.create(CONFIG_MAPS, configMap('a', {}, { l: '1' }));
    await client.create(CONFIG_MAPS, configMap('b', {}, { l: '2' }));
    const all = await client.list(CONFIG_MAPS);
    assert.deepEqual(
      all.items.map(({ metadata, kind, apiVersion }) => [metadata.name, kind, apiVersion]),
      [
        ['a', 'ConfigMap', 'v1'],
        ['b', 'ConfigMap', 'v1'],
      ],
    );
    assert.ok(Object.isFrozen(all.items[0]?.metadata));
    const some = await client.list(CONFIG_MAPS, 'default', { labelSelector: 'l=2', fieldSelector: 'metadata.name=b' });
    assert.equal(some.items.length, 1);
    assert.match(all.resourceVersion, /^\d+$/);
  });

  behaviour('every kind of patch, and status apart', async (client) => {
    await client.create(DEPLOYMENTS, deployment('d', 1));
    const merge = await client.patch(DEPLOYMENTS, 'd', 'default', { type: 'merge', body: { spec: { replicas: 2 } } });
    assert.equal((merge['spec'] as { replicas: number }).replicas, 2);
    const body = [{ op: 'replace', path: '/spec/replicas', value: 3 }];
    const json = await client.patch(DEPLOYMENTS, 'd', 'default', { type: 'json', body });
    assert.equal((json['spec'] as { replicas: number }).replicas, 3);
    const containers = [{ name: 'd', image: 'second' }];
    const strategic = await client.patch(DEPLOYMENTS, 'd', 'default', {
      type: 'strategic',
      body: { spec: { template: { spec: { containers } } } },
    });
    const { template } = strategic['spec'] as { template: { spec: { containers: { name: string }[] } } };
    assert.equal(template.spec.containers.length, 2);
    const applied = await client.patch(DEPLOYMENTS, 'd', 'default', {
      type: 'apply',
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 4 } },
    });
    assert.equal((applied['spec'] as { replicas: number }).replicas, 4);
    const ready = await client.updateStatus<KubeObject>(DEPLOYMENTS, { ...applied, status: { readyReplicas: 4 } });
    assert.deepEqual([ready['status'], (ready['spec'] as { replicas: number }).replicas], [{ readyReplicas: 4 }, 4]);
    const patched = await client.patch(DEPLOYMENTS, 'd', 'default', {
      type: 'merge',
      body: { status: { readyReplicas: 1 } },
      subresource: 'status',
    });
    assert.deepEqual(patched['status'], { readyReplicas: 1 });
  });

  behaviour('a dry run leaves nothing', async (client) => {
    await client.create(CONFIG_MAPS, configMap('a'), { dryRun: true });
    await assert.rejects(client.get(CONFIG_MAPS, 'a', 'default'), isNotFound);
  });

  behaviour('an old version of a kind shows the same object', async (client) => {
    await client.create(DEPLOYMENTS, deployment('d', 2));
    const old = await client.get(OLD_DEPLOYMENTS, 'd', 'default');
    assert.deepEqual([old.apiVersion, (old['spec'] as { replicas: number }).replicas], ['extensions/v1beta1', 2]);
  });

  behaviour('a watch tells what happens after its revision, until it is closed', async (client) => {
    const before = await client.create(CONFIG_MAPS, configMap('a', { k: '1' }));
    const events: WatchEvent<KubeObject>[] = [];
    const ended = deferred<ApiError | undefined>();
    const third = deferred<void>();
    const options = { resourceVersion: before.metadata.resourceVersion! };
    const watch = client.watch(CONFIG_MAPS, 'default', options, {
      onEvent: (event) => {
        events.push(event);
        if (events.length === 3) third.resolve();
      },
      onEnd: (error) => ended.resolve(error),
    });
    await client.create(CONFIG_MAPS, configMap('b'));
    await client.update(CONFIG_MAPS, configMap('a', { k: '2' }));
    await client.delete(CONFIG_MAPS, 'b', 'default');
    await third.promise;
    watch.close();
    assert.equal(await ended.promise, undefined);
    assert.deepEqual(
      events.map((event) => (event.type === 'BOOKMARK' ? event.type : `${event.type} ${event.object.metadata.name}`)),
      ['ADDED b', 'MODIFIED a', 'DELETED b'],
    );
    const [added] = events;
    assert.ok(added && added.type !== 'BOOKMARK' && Object.isFrozen(added.object));
  });

  behaviour('a watch that cannot start ends with its error', async (client) => {
    const ended = deferred<ApiError | undefined>();
    client.watch(CONFIG_MAPS, 'default', { resourceVersion: '999999' }, { onEvent() {}, onEnd: ended.resolve });
    assert.equal((await ended.promise)?.status, 504);
  });

  behaviour('an informer has what is there and follows', async (client, t) => {
    await client.create(CONFIG_MAPS, configMap('a'));
    const informer = new Informer({
      client,
      resource: CONFIG_MAPS,
      clock: new SystemClock(),
      random: new SeededRandom(1),
    });
    t.after(() => informer.stop());
    const added = deferred<void>();
    informer.addHandler({ onAdd: ({ metadata }) => metadata.name === 'b' && added.resolve() });
    informer.start();
    await informer.synced;
    assert.ok(informer.get('a', 'default'));
    await client.create(CONFIG_MAPS, configMap('b'));
    await added.promise;
    assert.equal(informer.list('default').length, 2);
  });
}

test('remote client: a server that is not there is Unreachable', async () => {
  const client = new RemoteClient({ server: 'https://127.0.0.1:1', namespace: 'default' });
  await assert.rejects(client.list(CONFIG_MAPS), { status: 0, reason: 'Unreachable' });
  const ended = deferred<ApiError | undefined>();
  client.watch(CONFIG_MAPS, 'default', { resourceVersion: '1' }, { onEvent() {}, onEnd: ended.resolve });
  assert.equal((await ended.promise)?.reason, 'Unreachable');
  client.close();
});
