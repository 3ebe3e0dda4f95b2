import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import type { Patch } from '../../../client/client.js';
import { compileFor, EMPTY_SNAPSHOT, type MeshSnapshot, meshOf, type ObjectRef } from '../../../compiler/index.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import { TYPE_URL } from '../../../xds/server/source.js';
import { NodeSchema } from '../../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyStates } from '../proxy-states.js';
import { StatusWriter } from './status-writer.js';

const nodes = ['a', 'b'].map((name) => create(NodeSchema, { id: `sidecar~10.0.0.1~${name}.shop~x` }));
const cart: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' } },
  spec: { clusterIP: '10.96.0.1', ports: [{ name: 'http', port: 80 }] },
};

function rule(name: string, destination = 'cart'): KubeObject {
  return {
    ...{ apiVersion: 'config.istio.io/v1alpha2', kind: 'RouteRule' },
    metadata: { name, namespace: 'shop', generation: 3, resourceVersion: '9' },
    spec: { destination: { name: destination }, precedence: 1, route: [{ labels: { version: 'v1' } }] },
  };
}

class Scene {
  readonly clock = new FakeClock();
  readonly proxies = new ProxyStates(this.clock, SILENT_LOGGER);
  readonly written: string[] = [];
  snapshot: MeshSnapshot = EMPTY_SNAPSHOT;
  version = 1;
  rules = 1;
  private changed: () => void = () => {};
  private readonly stored = new Map<string, KubeObject>();
  readonly writer = new StatusWriter({
    source: {
      current: () => this.snapshot,
      currentMesh: () => meshOf(this.snapshot),
      seen: ({ name }: ObjectRef) => this.stored.get(name),
      rulesVersion: () => this.rules,
      onChange: (listener) => {
        this.changed = listener;
        return { dispose: () => {} };
      },
    },
    proxies: this.proxies,
    client: { patch: (_: Gvr, name: string, _namespace: string | undefined, patch: Patch) => this.patch(name, patch) },
    clock: this.clock,
    logger: SILENT_LOGGER,
  });

  /** As if this was applied, and pushed. */
  apply(...objects: KubeObject[]): void {
    this.snapshot = { ...EMPTY_SNAPSHOT, services: [cart], routeRules: objects };
    for (const object of objects) this.stored.set(object.metadata.name, object);
    this.version++;
    this.rules = this.version;
    this.changed();
  }

  settle(...which: number[]): void {
    for (const index of which) this.proxies.settled(nodes[index]!, this.version);
  }

  conditions(name: string): { type: string; status: string; reason: string; message: string }[] {
    const { status } = this.stored.get(name) as unknown as { status?: { conditions: [] } };
    return status?.conditions ?? [];
  }

  programmed(name: string): string {
    const found = this.conditions(name).find(({ type }) => type === 'Programmed');
    return `${found?.status} ${found?.reason}: ${found?.message}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a fake of a generic method
  private async patch(name: string, { body }: Patch): Promise<any> {
    this.written.push(name);
    const object = { ...this.stored.get(name)!, ...(body as object) };
    this.stored.set(name, object);
    return object;
  }
}

function connected(): Scene {
  const scene = new Scene();
  scene.writer.start();
  for (const node of nodes) scene.proxies.connected(node);
  return scene;
}

test('status: a rule says that it applies and how many proxies have it, once', () => {
  const scene = connected();
  scene.apply(rule('r'));
  scene.settle(0, 1);
  scene.clock.advance(2_000);
  assert.deepEqual(
    scene.conditions('r').map(({ type, status }) => [type, status]),
    [
      ['Accepted', 'True'],
      ['ResolvedRefs', 'True'],
      ['Programmed', 'True'],
    ],
  );
  assert.equal(scene.programmed('r'), 'True Programmed: 2/2 proxies');
  assert.equal(JSON.stringify(scene.conditions('r')[0]).includes('"observedGeneration":3'), true);
  scene.version++;
  scene.settle(0, 1);
  scene.clock.advance(5_000);
  assert.deepEqual(scene.written, ['r'], 'endpoints that change say nothing new of a rule');
});

test('status: proxies that have not answered are named, and the time is that of the last change', () => {
  const scene = connected();
  scene.apply(rule('r'));
  scene.settle(0);
  scene.clock.advance(2_000);
  assert.equal(scene.programmed('r'), 'False Pending: 1/2 proxies; not yet: b.shop');
  scene.settle(1);
  scene.clock.advance(2_000);
  assert.equal(scene.programmed('r'), 'True Programmed: 2/2 proxies');
});

test('status: a refusal stands on the rule that caused it, in the words of the proxy, and on no other', () => {
  const scene = connected();
  scene.apply(rule('r'), rule('other', 'elsewhere'));
  const routes = [...(compileFor(meshOf(scene.snapshot), nodes[0]!)?.get(TYPE_URL.route) ?? [])].map(
    ([, each]) => each,
  );
  const report = { node: nodes[0]!, typeUrl: TYPE_URL.route, version: scene.version, changed: routes, removed: [] };
  scene.proxies.sent(report);
  scene.proxies.nacked(report, 'route configuration 80: virtual host cart.shop.svc.cluster.local:80: no such field');
  scene.settle(0, 1);
  scene.clock.advance(2_000);
  assert.match(scene.programmed('r'), /^False Rejected: 1\/2 proxies; proxy a\.shop refuses its RDS: .*no such field$/);
  assert.doesNotMatch(scene.programmed('other'), /refuses/);
});

test('status: what names something that does not exist says so', () => {
  const scene = connected();
  scene.apply(rule('r', 'nowhere'));
  scene.settle(0, 1);
  scene.clock.advance(2_000);
  const refs = scene.conditions('r').find(({ type }) => type === 'ResolvedRefs');
  assert.equal(refs?.status, 'False');
});

test('status: however many rules change, so many are written at a time', () => {
  const scene = connected();
  scene.apply(...Array.from({ length: 50 }, (_, i) => rule(`r${i}`)));
  scene.settle(0, 1);
  const counts: number[] = [];
  for (let i = 0; i < 5; i++) {
    scene.clock.advance(500);
    counts.push(scene.written.length);
  }
  assert.deepEqual(counts, [20, 40, 50, 50, 50]);
  scene.writer.stop();
});
