import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { KubeObject } from '../../src/resources/object.js';
import { HISTORY_EVENTS_MAX } from '../../src/store/history.js';
import { eventually } from '../support/kubectl.js';
import { Caller } from './caller.js';
import { type RunningApi, startApiServer } from './server.js';

const PATH = '/api/v1/namespaces/default/configmaps';
const MAPS = { group: '', version: 'v1', resource: 'configmaps' };

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject & { readonly code?: number; readonly reason?: string };
}

interface Watching {
  readonly status: number;
  readonly events: WatchEvent[];
  /** Settles when the server ends it. */
  readonly ended: Promise<void>;
  stop(): void;
}

function map(name: string, n = 0, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { n: String(n) } };
}

/** Reads lines of JSON as they come, as client-go's and client-node's watches do. */
function watch(caller: Caller, query: string, accept = 'application/json'): Promise<Watching> {
  return new Promise((resolve, reject) => {
    const request = caller.open('GET', `${PATH}?watch=true&${query}`, { accept });
    request.on('error', reject);
    request.on('response', (response) => {
      const events: WatchEvent[] = [];
      let rest = '';
      response.setEncoding('utf8');
      response.on('error', () => {});
      response.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) events.push(JSON.parse(line) as WatchEvent);
      });
      const ended = new Promise<void>((done) => void response.on('close', () => done()));
      resolve({ status: response.statusCode ?? 0, events, ended, stop: () => request.destroy() });
    });
    request.end();
  });
}

async function start(t: TestContext): Promise<{ running: RunningApi; caller: Caller }> {
  const running = await startApiServer(t);
  return { running, caller: new Caller(t, running.kubeconfig) };
}

/** Every write of so many, each of one object, without waiting between them. */
async function change(running: RunningApi, count: number): Promise<void> {
  const updates = Array.from({ length: count }, (_, n) => ({
    type: 'merge' as const,
    body: { data: { n: String(n + 1) } },
  }));
  await Promise.all(updates.map((body) => running.api.patch(MAPS, 'busy', body, 'default')));
}

const seen = ({ events }: Watching): string[] => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

test('a watch shows each change after the revision that it names, once and in order', async (t) => {
  const { running, caller } = await start(t);
  await caller.call('POST', PATH, map('old'));
  const list = await caller.call('GET', PATH);
  const watching = await watch(caller, `resourceVersion=${list.at('metadata.resourceVersion')}`);
  await caller.call('POST', PATH, map('new'));
  await caller.call('PUT', `${PATH}/new`, map('new', 1));
  await caller.call('DELETE', `${PATH}/new`);
  await eventually(async () => assert.deepEqual(seen(watching), ['ADDED new', 'MODIFIED new', 'DELETED new']));
  const versions = watching.events.map(({ object }) => Number(object.metadata.resourceVersion));
  assert.deepEqual(
    versions,
    [...versions].sort((a, b) => a - b),
    'also the deletion has a revision of its own',
  );
  assert.equal(new Set(versions).size, 3);
  assert.equal(versions.at(-1), Number(running.api.resourceVersion));
  watching.stop();
});

test('without a revision, or at 0, what is there comes first', async (t) => {
  const { caller } = await start(t);
  await caller.call('POST', PATH, map('a'));
  for (const query of ['', 'resourceVersion=0', 'resourceVersion=']) {
    const watching = await watch(caller, query);
    await eventually(async () => assert.deepEqual(seen(watching), ['ADDED a'], query));
    watching.stop();
  }
});

test('a watch that ends in the middle of 1,000 changes and resumes at its last event misses none and sees none twice', async (t) => {
  const { running, caller } = await start(t);
  const created = await caller.call('POST', PATH, map('busy'));
  let from = String(created.at('metadata.resourceVersion'));
  const numbers: number[] = [];
  const changing = change(running, 1_000);
  while (numbers.at(-1) !== 1_000) {
    const watching = await watch(caller, `resourceVersion=${from}`);
    assert.equal(watching.status, 200);
    await eventually(async () => assert.ok(watching.events.length > 0));
    watching.stop();
    await watching.ended;
    for (const { object } of watching.events) numbers.push(Number((object['data'] as { n: string }).n));
    from = watching.events.at(-1)!.object.metadata.resourceVersion!;
  }
  await changing;
  assert.deepEqual(
    numbers,
    Array.from({ length: 1_000 }, (_, n) => n + 1),
  );
});

test('a watch from before the history is 410 Gone, Expired; a list and a watch from there go on', async (t) => {
  const { running, caller } = await start(t);
  const created = await caller.call('POST', PATH, map('busy'));
  await change(running, HISTORY_EVENTS_MAX + 10);
  const old = await caller.call('GET', `${PATH}?watch=true&resourceVersion=${created.at('metadata.resourceVersion')}`);
  assert.deepEqual([old.status, old.at('code'), old.at('reason')], [410, 410, 'Expired']);
  assert.match(String(old.at('message')), /too old resource version/);
  const list = await caller.call('GET', PATH);
  const watching = await watch(caller, `resourceVersion=${list.at('metadata.resourceVersion')}`);
  await caller.call('DELETE', `${PATH}/busy`);
  await eventually(async () => assert.deepEqual(seen(watching), ['DELETED busy']));
  watching.stop();
});

test('a revision that is still to come is refused, and so is one that is no number', async (t) => {
  const { caller } = await start(t);
  const future = await caller.call('GET', `${PATH}?watch=true&resourceVersion=999999`);
  assert.deepEqual([future.status, future.at('reason')], [504, 'Timeout']);
  const none = await caller.call('GET', `${PATH}?watch=true&resourceVersion=abc`);
  assert.deepEqual([none.status, none.at('reason')], [400, 'BadRequest']);
});

test('timeoutSeconds ends a watch, after whole events', async (t) => {
  const { caller } = await start(t);
  await caller.call('POST', PATH, map('a'));
  const watching = await watch(caller, 'timeoutSeconds=1');
  await watching.ended;
  assert.deepEqual(seen(watching), ['ADDED a']);
});

test('sendInitialEvents: what is there, then a bookmark that says so, then changes', async (t) => {
  const { caller } = await start(t);
  await caller.call('POST', PATH, map('a'));
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=';
  const watching = await watch(caller, query);
  await eventually(async () => assert.equal(watching.events.length, 2));
  const [added, bookmark] = watching.events;
  assert.equal(added?.type, 'ADDED');
  assert.equal(bookmark?.type, 'BOOKMARK');
  assert.equal(bookmark.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  assert.equal(bookmark.object.kind, 'ConfigMap');
  await caller.call('POST', PATH, map('b'));
  await eventually(async () => assert.equal(watching.events.at(-1)?.object.metadata.name, 'b'));
  assert.ok(
    Number(bookmark.object.metadata.resourceVersion) < Number(watching.events.at(-1)?.object.metadata.resourceVersion),
  );
  watching.stop();
});

test('what comes to match a selector is ADDED, what ceases to is DELETED', async (t) => {
  const { caller } = await start(t);
  const watching = await watch(caller, 'labelSelector=tier%3Dfront');
  await caller.call('POST', PATH, map('a'));
  await caller.call('PUT', `${PATH}/a`, map('a', 1, { tier: 'front' }));
  await caller.call('PUT', `${PATH}/a`, map('a', 2, { tier: 'front' }));
  await caller.call('PUT', `${PATH}/a`, map('a', 3, { tier: 'back' }));
  await eventually(async () => assert.deepEqual(seen(watching), ['ADDED a', 'MODIFIED a', 'DELETED a']));
  watching.stop();
  const named = await watch(caller, 'fieldSelector=metadata.name%3Da');
  await eventually(async () => assert.deepEqual(seen(named), ['ADDED a']));
  named.stop();
});

test('a watch of Tables has the columns in its first event alone; of metadata, the metadata', async (t) => {
  const { caller } = await start(t);
  await caller.call('POST', PATH, map('a'));
  await caller.call('POST', PATH, map('b'));
  const tables = await watch(caller, '', 'application/json;as=Table;v=v1;g=meta.k8s.io');
  await eventually(async () => assert.equal(tables.events.length, 2));
  const columns = tables.events.map(
    ({ object }) => (object['columnDefinitions'] as unknown[] | undefined)?.length ?? 0,
  );
  assert.ok(columns[0]! > 0 && columns[1] === 0, String(columns));
  tables.stop();
  const metadata = await watch(caller, '', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io');
  await eventually(async () => assert.equal(metadata.events.length, 2));
  assert.equal(metadata.events[0]?.object.kind, 'PartialObjectMetadata');
  assert.equal(metadata.events[0]?.object['data'], undefined);
  metadata.stop();
});

/** The parts of @kubernetes/client-node that the next test uses. */
interface ClientNode {
  readonly CoreV1Api: unknown;
  readonly KubeConfig: new () => {
    loadFromFile(path: string): void;
    makeApiClient(api: unknown): {
      listNamespacedConfigMap(of: { namespace: string }): Promise<unknown>;
      createNamespacedConfigMap(of: { namespace: string; body: unknown }): Promise<unknown>;
      deleteNamespacedConfigMap(of: { namespace: string; name: string }): Promise<unknown>;
    };
  };
  makeInformer(config: unknown, path: string, list: () => Promise<unknown>): NodeInformer;
}

interface NodeInformer {
  on(event: string, listener: (object: KubeObject) => void): void;
  list(namespace: string): readonly KubeObject[];
  latestResourceVersion(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const clientNode = process.env['TRYSAIL_CLIENT_NODE'];
const unlessThere = clientNode ? {} : { skip: 'TRYSAIL_CLIENT_NODE does not name a folder of @kubernetes/client-node' };

test(
  "@kubernetes/client-node's informer, unmodified: adds, updates, deletes, and goes on after 410",
  unlessThere,
  async (t) => {
    const { running, caller } = await start(t);
    const library = (await import(pathToFileURL(`${clientNode}/dist/index.js`).href)) as ClientNode;
    const config = new library.KubeConfig();
    config.loadFromFile(running.kubeconfig);
    const core = config.makeApiClient(library.CoreV1Api);
    const informer = library.makeInformer(config, PATH, () => core.listNamespacedConfigMap({ namespace: 'default' }));
    const events: string[] = [];
    for (const kind of ['add', 'update', 'delete', 'error']) {
      informer.on(kind, (object) => events.push(`${kind} ${object?.metadata?.name ?? object}`));
    }
    await caller.call('POST', PATH, map('busy'));
    await informer.start();
    t.after(() => informer.stop());
    await core.createNamespacedConfigMap({ namespace: 'default', body: map('b') });
    await caller.call('PUT', `${PATH}/b`, map('b', 1));
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'b' });
    const first = ['add busy', 'add b', 'update b', 'delete b'];
    await eventually(async () => assert.deepEqual(events, first));
    await informer.stop();
    await change(running, HISTORY_EVENTS_MAX + 10);
    await caller.call('POST', PATH, map('c'));
    await informer.start();
    await eventually(
      async () => assert.ok(informer.list('default').some(({ metadata }) => metadata.name === 'c')),
      60_000,
    );
    assert.ok(!events.some((event) => event.startsWith('error') && !/Gone|AbortError/.test(event)), events.join('\n'));
  },
);
