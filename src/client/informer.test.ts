import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../base/fake-clock.js';
import { SeededRandom } from '../base/random.js';
import type { KubeObject } from '../resources/object.js';
import { ApiError, type Client, type WatchEvent, type WatchHandler } from './client.js';
import { Informer, type InformerOptions } from './informer.js';

const RESOURCE = { group: '', version: 'v1', resource: 'configmaps' };

function object(name: string, resourceVersion: string, labels: Record<string, string> = {}, uid = name): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'sea', resourceVersion, labels, uid } };
}

/** A server whose lists and watches the test plays. */
class FakeServer {
  items: KubeObject[] = [];
  resourceVersion = '1';
  failLists = 0;
  lists = 0;
  readonly watchedFrom: string[] = [];
  private handler: WatchHandler<KubeObject> | undefined;

  get client(): Client {
    const list = async () => {
      this.lists++;
      if (this.failLists-- > 0) throw new ApiError(0, 'Unreachable', 'no');
      return { items: [...this.items], resourceVersion: this.resourceVersion };
    };
    const watch = (
      _resource: unknown,
      _namespace: unknown,
      options: { resourceVersion: string },
      handler: WatchHandler<KubeObject>,
    ) => {
      this.watchedFrom.push(options.resourceVersion);
      this.handler = handler;
      return { close: () => handler.onEnd() };
    };
    return { list, watch } as unknown as Client;
  }

  send(event: WatchEvent<KubeObject>): void {
    this.handler?.onEvent(event);
  }

  end(error: ApiError): void {
    this.handler?.onEnd(error);
  }
}

function start(server: FakeServer, options: Partial<InformerOptions<KubeObject>> = {}) {
  const clock = new FakeClock();
  const informer = new Informer({
    client: server.client,
    resource: RESOURCE,
    clock,
    random: new SeededRandom(1),
    ...options,
  });
  const seen: string[] = [];
  informer.addHandler({
    onAdd: ({ metadata }) => seen.push(`+${metadata.name}`),
    onUpdate: ({ metadata }, old) =>
      seen.push(`~${metadata.name} ${old.metadata.resourceVersion}>${metadata.resourceVersion}`),
    onDelete: ({ metadata }) => seen.push(`-${metadata.name}`),
  });
  informer.start();
  return { informer, clock, seen };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('lists, then follows', async () => {
  const server = new FakeServer();
  server.items = [object('a', '1')];
  const { informer, seen } = start(server);
  await informer.synced;
  server.send({ type: 'ADDED', object: object('b', '2') });
  server.send({ type: 'MODIFIED', object: object('a', '3') });
  server.send({ type: 'DELETED', object: object('b', '4') });
  assert.deepEqual(seen, ['+a', '+b', '~a 1>3', '-b']);
  assert.deepEqual(
    [informer.get('a', 'sea')?.metadata.resourceVersion, informer.list('sea').length, informer.list('x').length],
    ['3', 1, 0],
  );
  assert.equal(informer.lastResourceVersion, '4');
  informer.stop();
});

test('a broken watch resumes after its last event or bookmark', async () => {
  const server = new FakeServer();
  const { informer, clock } = start(server);
  await informer.synced;
  server.send({ type: 'ADDED', object: object('a', '5') });
  server.send({ type: 'BOOKMARK', resourceVersion: '9' });
  server.end(new ApiError(0, 'WatchClosed', 'closed'));
  clock.advance(100);
  assert.deepEqual([server.watchedFrom, server.lists], [['1', '9'], 1]);
  informer.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('after 410 it lists again and tells only what changed', async () => {
  const server = new FakeServer();
  server.items = [object('same', '1'), object('changed', '1'), object('gone', '1'), object('remade', '1', {}, 'first')];
  const { informer, seen } = start(server);
  await informer.synced;
  seen.length = 0;
  server.items = [object('same', '1'), object('changed', '7'), object('remade', '8', {}, 'second'), object('new', '9')];
  server.resourceVersion = '9';
  server.end(new ApiError(410, 'Expired', 'too old'));
  await settle();
  assert.deepEqual(seen, ['~changed 1>7', '-remade', '+remade', '+new', '-gone']);
  assert.deepEqual(server.watchedFrom, ['1', '9']);
  informer.stop();
});

test('a server that knows less than the informer is listed anew', async () => {
  const server = new FakeServer();
  const { informer, clock } = start(server);
  await informer.synced;
  server.end(new ApiError(504, 'Timeout', 'Too large resource version: 9'));
  clock.advance(100);
  await settle();
  assert.equal(server.lists, 2);
  informer.stop();
});

test('failed lists are tried again, later each time', async () => {
  const server = new FakeServer();
  server.failLists = 3;
  const { informer, clock } = start(server);
  await settle();
  for (const limit_ms of [100, 200, 400]) {
    clock.advance(limit_ms);
    await settle();
  }
  await informer.synced;
  assert.equal(server.lists, 4);
  informer.stop();
});

test('indexes find objects by what a function says of them', async () => {
  const server = new FakeServer();
  server.items = [object('a', '1', { app: 'x' }), object('b', '1', { app: 'y' })];
  const { informer } = start(server, { indexes: { app: ({ metadata }) => [metadata.labels?.['app'] ?? ''] } });
  await informer.synced;
  server.send({ type: 'MODIFIED', object: object('b', '2', { app: 'x' }) });
  assert.deepEqual(
    informer.byIndex('app', 'x').map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
  assert.deepEqual(informer.byIndex('app', 'y'), []);
  assert.throws(() => informer.byIndex('nope', 'x'), RangeError);
  informer.stop();
});

test('a late handler is told what is there', async () => {
  const server = new FakeServer();
  server.items = [object('a', '1')];
  const { informer } = start(server);
  await informer.synced;
  const late: string[] = [];
  const remove = informer.addHandler({ onAdd: ({ metadata }) => late.push(metadata.name) });
  remove();
  server.send({ type: 'ADDED', object: object('b', '2') });
  assert.deepEqual(late, ['a']);
  informer.stop();
});
