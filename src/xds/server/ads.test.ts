import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { SystemClock } from '../../base/clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { SeededRandom } from '../../base/random.js';
import { AdsConnection } from '../client/connection.js';
import { deltaAds } from '../client/discovery.js';
import type { Update, Verdict } from '../client/update.js';
import { XdsClient } from '../client/xds-client.js';
import { AggregatedDiscoveryService } from '../types/gen/envoy/service/discovery/v3/ads_pb.js';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { AdsServer } from './ads-server.js';
import { STREAMS_MAX } from './limits.js';
import { type ResourceSet, TYPE_URL, type XdsResource } from './source.js';

/** Names and versions by type; bodies are the versions. */
type Plain = Partial<Record<keyof typeof TYPE_URL, Record<string, string>>>;

function resourceSet(plain: Plain): ResourceSet {
  const set = new Map<string, Map<string, XdsResource>>();
  for (const [type, resources] of Object.entries(plain)) {
    const byName = new Map<string, XdsResource>();
    for (const [name, version] of Object.entries(resources)) {
      byName.set(name, { name, version, body: new TextEncoder().encode(version) });
    }
    set.set(TYPE_URL[type as keyof typeof TYPE_URL], byName);
  }
  return set;
}

const SHORT = new Map(Object.entries(TYPE_URL).map(([short, url]) => [url as string, short]));

/** `cluster +a@1 -b` */
function line(update: Update): string {
  const added = update.resources.map(({ name, version }) => ` +${name}@${version}`).join('');
  return SHORT.get(update.typeUrl) + added + update.removed.map((name) => ` -${name}`).join('');
}

/** Lines in the order of arrival, with a way to wait for more. */
class Journal {
  readonly lines: string[] = [];
  private waiting: { count: number; resolve: () => void }[] = [];

  add(entry: string): void {
    this.lines.push(entry);
    for (const { resolve } of this.waiting.filter(({ count }) => count <= this.lines.length)) resolve();
    this.waiting = this.waiting.filter(({ count }) => count > this.lines.length);
  }

  async take(count: number): Promise<string[]> {
    if (this.lines.length < count) await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
    return this.lines.splice(0, count);
  }
}

class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'trysail-ads-'));
  readonly path = join(this.folder, 'xds.sock');
  readonly observed = new Journal();
  readonly closers: (() => unknown)[] = [];
  private set: ResourceSet | undefined;
  private version = 0;
  private readonly listeners = new Set<() => void>();
  server = this.newServer();

  serve(plain: Plain): void {
    this.set = resourceSet(plain);
    this.version++;
    for (const listener of this.listeners) listener();
  }

  newServer(): AdsServer {
    return new AdsServer({
      source: {
        resources: () => this.set,
        version: () => this.version,
        onChange: (listener) => {
          this.listeners.add(listener);
          return { dispose: () => this.listeners.delete(listener) };
        },
      },
      observer: {
        connected: ({ id }) => this.observed.add(`connected ${id}`),
        disconnected: ({ id }) => this.observed.add(`disconnected ${id}`),
        sent: () => {},
        acked: ({ node, typeUrl, changed, removed }) =>
          this.observed.add(
            `ack ${node.id} ${SHORT.get(typeUrl)}${changed.map(({ name, version }) => ` +${name}@${version}`).join('')}${removed.map((name) => ` -${name}`).join('')}`,
          ),
        nacked: ({ node, typeUrl }, message) => this.observed.add(`nack ${node.id} ${SHORT.get(typeUrl)} ${message}`),
        settled: () => {},
      },
      clock: new SystemClock(),
      logger: SILENT_LOGGER,
    });
  }

  connection(): AdsConnection {
    const connection = new AdsConnection({ kind: 'unix', path: this.path });
    this.closers.push(() => connection.close());
    return connection;
  }

  client(
    journal: Journal,
    onUpdate: (update: Update) => Verdict | Promise<Verdict> = () => ({ accept: true }),
  ): XdsClient<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    const client = new XdsClient({
      discovery: deltaAds(this.connection()),
      node: { id: 'proxy', cluster: 'test', metadata: { NAMESPACE: 'default' } },
      onUpdate: (update) => {
        journal.add(line(update));
        return onUpdate(update);
      },
      clock: new SystemClock(),
      random: new SeededRandom(1),
      logger: SILENT_LOGGER,
    });
    this.closers.push(() => client.close());
    return client;
  }

  async close(): Promise<void> {
    for (const close of this.closers) close();
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.server.listen({ path: bench.path });
});
afterEach(() => bench.close());

test('ADS: a change arrives make before break, and is acknowledged type by type', async () => {
  const journal = new Journal();
  bench.serve({ cluster: { a: '1' }, endpoint: { a: '1' }, listener: { l: '1' }, route: { r: '1' } });
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.listener, '*');
  client.subscribe(TYPE_URL.cluster, '*');
  client.subscribe(TYPE_URL.endpoint, ['a', 'b']);
  client.subscribe(TYPE_URL.route, ['r']);
  client.start();
  assert.deepEqual((await journal.take(4)).sort(), ['cluster +a@1', 'endpoint +a@1 -b', 'listener +l@1', 'route +r@1']);
  bench.serve({ cluster: { b: '1' }, endpoint: { b: '1' }, listener: { m: '1' }, route: { r: '2' } });
  assert.deepEqual(await journal.take(7), [
    'cluster +b@1',
    'endpoint +b@1',
    'listener +m@1',
    'route +r@2',
    'listener -l',
    'cluster -a',
    'endpoint -a',
  ]);
  assert.deepEqual((await bench.observed.take(12)).at(-1), 'ack proxy endpoint -a');
});

test('ADS: listeners wait until the endpoints of a new cluster were asked for and answered', async () => {
  const journal = new Journal();
  bench.serve({ cluster: {}, endpoint: {}, listener: {} });
  const client = bench.client(journal, ({ typeUrl, resources }) => {
    // As a proxy does: the endpoints of what it just got to know, a moment later.
    if (typeUrl === TYPE_URL.cluster)
      setTimeout(
        () =>
          client.subscribe(
            TYPE_URL.endpoint,
            resources.map((r) => r.name),
          ),
        5,
      );
    return { accept: true };
  });
  client.subscribe(TYPE_URL.cluster, '*');
  client.subscribe(TYPE_URL.listener, '*');
  client.start();
  assert.deepEqual(await journal.take(2), ['cluster', 'listener']);
  bench.serve({ cluster: { a: '1' }, endpoint: { a: '1' }, listener: { l: '1' } });
  assert.deepEqual(await journal.take(3), ['cluster +a@1', 'endpoint +a@1', 'listener +l@1']);
  bench.serve({ cluster: { a: '2' }, endpoint: { a: '1' }, listener: { l: '1' } });
  assert.deepEqual(
    await journal.take(2),
    ['cluster +a@2', 'endpoint +a@1'],
    'a changed cluster warms with its endpoints again',
  );
});

test('ADS: a rejected version is reported once, not sent again, and a better one is', async () => {
  const journal = new Journal();
  bench.serve({ listener: { good: '1', bad: '1' } });
  const client = bench.client(journal, ({ resources }) =>
    resources.some((r) => r.name === 'bad' && r.version === '1')
      ? { reject: 'listener "bad": filter_chains[0]: unknown', rejected: ['bad'] }
      : { accept: true },
  );
  client.subscribe(TYPE_URL.listener, '*');
  client.start();
  assert.deepEqual(await journal.take(1), ['listener +good@1 +bad@1']);
  assert.deepEqual(await bench.observed.take(2), [
    'connected proxy',
    'nack proxy listener listener "bad": filter_chains[0]: unknown',
  ]);
  bench.serve({ listener: { good: '1', bad: '2' } });
  assert.deepEqual(await journal.take(1), ['listener +bad@2']);
  assert.deepEqual(await bench.observed.take(1), ['ack proxy listener +bad@2']);
});

test('ADS: an update whose handler throws is rejected with the message of the error', async () => {
  bench.serve({ listener: { l: '1' } });
  const client = bench.client(new Journal(), () => {
    throw new Error('out of ports');
  });
  client.subscribe(TYPE_URL.listener, '*');
  client.start();
  assert.deepEqual(await bench.observed.take(2), ['connected proxy', 'nack proxy listener out of ports']);
});

test('ADS: after a restart of the server only what changed meanwhile is sent', async () => {
  const journal = new Journal();
  bench.serve({ cluster: { a: '1', b: '1', c: '1' }, route: { r: '1', s: '1' } });
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.cluster, '*');
  client.subscribe(TYPE_URL.route, ['r', 's']);
  client.start();
  assert.deepEqual((await journal.take(2)).sort(), ['cluster +a@1 +b@1 +c@1', 'route +r@1 +s@1']);
  await bench.observed.take(3);
  await bench.server.close();
  bench.serve({ cluster: { a: '1', b: '2' }, route: { r: '1', s: '2' } });
  bench.server = bench.newServer();
  await bench.server.listen({ path: bench.path });
  assert.deepEqual(await journal.take(3), ['cluster +b@2', 'route +s@2', 'cluster -c']);
});

test('ADS: names that are no longer wanted are not sent, names that come back are', async () => {
  const journal = new Journal();
  bench.serve({ route: { r: '1', s: '1' } });
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.route, ['r']);
  client.start();
  assert.deepEqual(await journal.take(1), ['route +r@1']);
  client.subscribe(TYPE_URL.route, ['s']);
  assert.deepEqual(await journal.take(1), ['route +s@1']);
  bench.serve({ route: { r: '2', s: '2' } });
  assert.deepEqual(await journal.take(1), ['route +s@2']);
  client.subscribe(TYPE_URL.route, ['r', 's']);
  assert.deepEqual(await journal.take(1), ['route +r@2']);
});

test('ADS: a proxy whose configuration is not known yet waits for it', async () => {
  const journal = new Journal();
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.cluster, '*');
  client.start();
  assert.deepEqual(await bench.observed.take(1), ['connected proxy']);
  assert.deepEqual(journal.lines, []);
  bench.serve({ cluster: {} });
  assert.deepEqual(await journal.take(1), ['cluster'], 'even an empty answer is one');
});

test('ADS: closing the client ends its stream at the server', async () => {
  bench.serve({ cluster: {} });
  const journal = new Journal();
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.cluster, '*');
  client.start();
  await journal.take(1);
  assert.equal((await bench.observed.take(2)).at(-1), 'ack proxy cluster');
  client.close();
  assert.deepEqual(await bench.observed.take(1), ['disconnected proxy']);
});

test('ADS: state of the world lists all clusters, and keeps old ones until their users are gone', async () => {
  bench.serve({ cluster: { a: '1' }, listener: { l: '1' } });
  const rpc = createClient(AggregatedDiscoveryService, bench.connection().transport);
  const requests = new Journal();
  const abort = new AbortController();
  bench.closers.push(() => abort.abort());
  const versions: Record<string, [string, string]> = {};
  async function* asked(): AsyncGenerator<{
    typeUrl: string;
    versionInfo: string;
    responseNonce: string;
    node: { id: string };
  }> {
    for (;;) {
      const [type = ''] = await requests.take(1);
      const [versionInfo = '', responseNonce = ''] = versions[type] ?? [];
      yield { typeUrl: type, versionInfo, responseNonce, node: { id: 'old' } };
    }
  }
  const got: string[] = [];
  requests.add(TYPE_URL.cluster);
  requests.add(TYPE_URL.listener);
  const text = new TextDecoder();
  for await (const response of rpc.streamAggregatedResources(asked(), { signal: abort.signal })) {
    got.push(`${SHORT.get(response.typeUrl)} ${response.resources.map((any) => text.decode(any.value))}`);
    versions[response.typeUrl] = [response.versionInfo, response.nonce];
    requests.add(response.typeUrl);
    if (got.length === 2) bench.serve({ cluster: { b: '2' }, listener: { m: '2' } });
    if (got.length === 6) break;
  }
  assert.deepEqual(got, ['cluster 1', 'listener 1', 'cluster 1,2', 'listener 1,2', 'listener 2', 'cluster 2']);
});

test('ADS: a request without a node is refused with the reason', async () => {
  const rpc = createClient(AggregatedDiscoveryService, bench.connection().transport);
  async function* asked(): AsyncGenerator<{ typeUrl: string }> {
    yield { typeUrl: TYPE_URL.cluster };
  }
  await assert.rejects(async () => {
    for await (const _ of rpc.deltaAggregatedResources(asked()));
  }, /the first request needs a node with an id/);
});

test('ADS: one stream past the limit is refused, and taken when another has ended', async () => {
  bench.serve({ cluster: {} });
  const transport = bench.connection().transport;
  const another = bench.connection().transport;
  const ends: AbortController[] = [];
  const open = async (over: typeof transport): Promise<void> => {
    const abort = new AbortController();
    ends.push(abort);
    async function* asked(): AsyncGenerator<{ typeUrl: string; node: { id: string } }> {
      yield { typeUrl: TYPE_URL.cluster, node: { id: 'many' } };
      await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
    }
    const stream = createClient(AggregatedDiscoveryService, over).deltaAggregatedResources(asked(), {
      signal: abort.signal,
    });
    await stream[Symbol.asyncIterator]().next();
  };
  await Promise.all(Array.from({ length: STREAMS_MAX }, () => open(transport)));
  await assert.rejects(open(another), /more than 1024 streams/);
  await bench.observed.take(bench.observed.lines.length);
  ends[0]?.abort();
  assert.deepEqual(await bench.observed.take(1), ['disconnected many']);
  await open(another);
  for (const end of ends) end.abort();
});

test('ADS: a client that does not answer gets what holds when it does, not all that was meanwhile', async () => {
  let answer: (verdict: Verdict) => void = () => {};
  const journal = new Journal();
  bench.serve({ cluster: { a: '0' } });
  const client = bench.client(journal, () => new Promise<Verdict>((resolve) => (answer = resolve)));
  client.subscribe(TYPE_URL.cluster, '*');
  client.start();
  assert.deepEqual(await journal.take(1), ['cluster +a@0']);
  for (let i = 1; i <= 1_000; i++) bench.serve({ cluster: { a: String(i), b: String(i) } });
  answer({ accept: true });
  assert.deepEqual(await journal.take(1), ['cluster +a@1000 +b@1000']);
  answer({ accept: true });
  await bench.observed.take(3);
  assert.deepEqual(journal.lines, []);
});

test('ADS: garbage instead of HTTP/2 costs only its own connection', async () => {
  const socket = connect(bench.path);
  socket.on('error', () => {});
  socket.end('GET / HTTP/1.1\r\n\r\n'.repeat(10));
  socket.resume();
  await once(socket, 'close');
  bench.serve({ cluster: { a: '1' } });
  const journal = new Journal();
  const client = bench.client(journal);
  client.subscribe(TYPE_URL.cluster, '*');
  client.start();
  assert.deepEqual(await journal.take(1), ['cluster +a@1']);
});
