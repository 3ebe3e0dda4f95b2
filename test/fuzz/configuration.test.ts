import assert from 'node:assert/strict';
import type { JsonObject } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { FakeClock } from '../../src/base/fake-clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SeededRandom } from '../../src/base/random.js';
import { loadBootstrap } from '../../src/proxy/config/bootstrap.js';
import { type ConfigConsumer, type ConfigStream, TYPE_URL } from '../../src/proxy/config/config-stream.js';
import { type BoundListener, HostSockets, type ListenOptions, ProxyError, ProxyServer } from '../../src/proxy/index.js';
import { ClusterSchema } from '../../src/xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../src/xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { bootstrapOf } from '../conformance/envoy/runner/bootstrap.js';
import { loadScenarios } from '../conformance/envoy/runner/load.js';
import { substitute } from '../conformance/envoy/runner/variables.js';
import { holds } from './fuzz.js';
import { mutationOfJson } from './json-mutation.js';

/** Binds and connects nothing. */
class NoSockets extends HostSockets {
  override listen({ address, port }: ListenOptions): Promise<BoundListener> {
    return Promise.resolve({ address, port, close: () => {} });
  }
}

const newServer = (): ProxyServer =>
  new ProxyServer({ clock: new FakeClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });

/** Bootstraps that both proxies take: those of the scenarios, with files that are not there. */
const BOOTSTRAPS: readonly JsonObject[] = loadScenarios()
  .filter(({ refused }) => refused === undefined)
  .map((scenario) =>
    substitute(bootstrapOf(scenario), (name) =>
      name.endsWith('port') ? 9 : name.endsWith('address') ? '127.0.0.1' : '/nowhere',
    ),
  );

function start(bootstrap: JsonObject): string {
  const server = newServer();
  try {
    const { node, message } = loadBootstrap(JSON.stringify(bootstrap));
    server.add({ id: 'fuzz', node, sockets: new NoSockets(), bootstrap: message });
    return 'taken';
  } catch (error) {
    assert.ok(error instanceof ProxyError, `not a ProxyError: ${error instanceof Error ? error.stack : error}`);
    return error.message;
  } finally {
    void server.close();
  }
}

holds(
  'bootstrap: a broken one is refused, with the path of the field; it never breaks the process',
  [mutationOfJson(BOOTSTRAPS)],
  (bootstrap) => {
    start(bootstrap);
  },
);

holds(
  'bootstrap: any text is one, or refused',
  [fc.oneof(fc.string(), fc.json(), fc.constantFrom('', '[]', '1', 'a: [', '{a: *b}', '? - : x', '--- a\n--- b'))],
  (text) => {
    try {
      loadBootstrap(text);
    } catch (error) {
      assert.ok(error instanceof ProxyError, `not a ProxyError: ${error instanceof Error ? error.stack : error}`);
    }
  },
);

/** A control plane that sends bytes. */
class ByteStream implements ConfigStream {
  private consumer: ConfigConsumer | undefined;
  start(consumer: ConfigConsumer): void {
    this.consumer = consumer;
  }
  subscribe(): void {}
  close(): void {}
  send(typeUrl: string, body: Uint8Array): ReturnType<ConfigConsumer['onUpdate']> {
    return this.consumer!.onUpdate({ typeUrl, resources: [{ name: 'fuzz', version: '1', body }], removed: [] });
  }
}

/** The static resources of the bootstraps as a control plane sends them. */
const BODIES: readonly Uint8Array[] = BOOTSTRAPS.flatMap((bootstrap) => {
  const resources = loadable(bootstrap)?.message.staticResources;
  const clusters = resources?.clusters.map((cluster) => toBinary(ClusterSchema, cluster)) ?? [];
  return [...clusters, ...(resources?.listeners.map((listener) => toBinary(ListenerSchema, listener)) ?? [])];
});

function loadable(bootstrap: JsonObject): ReturnType<typeof loadBootstrap> | undefined {
  try {
    return loadBootstrap(JSON.stringify(bootstrap));
  } catch {
    return undefined;
  }
}

const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.constantFrom(...BODIES), flips).map(([body, changes]) => {
    const copy = Uint8Array.from(body);
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return copy;
  }),
);

holds(
  'xDS: any bytes as a resource are taken, or refused with a reason',
  [fc.constantFrom(...Object.values(TYPE_URL)), bodies],
  (typeUrl, body) => {
    const server = newServer();
    const stream = new ByteStream();
    const identity = { id: 'fuzz', cluster: '', metadata: {}, locality: { region: '', zone: '' } };
    server.add({ id: 'fuzz', node: identity, sockets: new NoSockets(), configStream: stream });
    try {
      const verdict = stream.send(typeUrl, body);
      if ('reject' in verdict) assert.notEqual(verdict.reject, '');
    } finally {
      void server.close();
    }
  },
);
