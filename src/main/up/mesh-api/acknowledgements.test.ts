import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { EMPTY_SNAPSHOT, type MeshSnapshot } from '../../../compiler/index.js';
import type { KubeObject } from '../../../resources/object.js';
import { TYPE_URL } from '../../../xds/server/source.js';
import { NodeSchema } from '../../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyStates } from '../proxy-states.js';
import { Acknowledgements, type AwaitedObject } from './acknowledgements.js';

const RULE: AwaitedObject = { kind: 'RouteRule', namespace: 'shop', name: 'cart', resourceVersion: '7' };
const nodes = ['a', 'b'].map((name) => create(NodeSchema, { id: `sidecar~10.0.0.1~${name}.shop~x` }));

class Scene {
  readonly clock = new FakeClock();
  readonly proxies = new ProxyStates(this.clock, SILENT_LOGGER);
  snapshot: MeshSnapshot = EMPTY_SNAPSHOT;
  object: KubeObject | undefined;
  version = 1;
  pending = false;
  private onSeen: () => void = () => {};
  readonly acknowledgements = new Acknowledgements({
    clock: this.clock,
    proxies: this.proxies,
    source: {
      seen: () => this.object,
      onSeen: (listener) => {
        this.onSeen = listener;
        return () => {};
      },
      version: () => this.version,
      nextVersion: () => this.version + Number(this.pending),
      current: () => this.snapshot,
    },
  });

  constructor() {
    for (const node of nodes) {
      this.proxies.connected(node);
      this.proxies.settled(node, 1);
    }
  }

  wait(object = RULE, signal = new AbortController().signal) {
    return this.acknowledgements.wait([object], 1_000, signal);
  }

  see(resourceVersion: string): void {
    const metadata = { name: 'cart', namespace: 'shop', resourceVersion };
    this.object = { apiVersion: 'config.istio.io/v1alpha2', kind: 'RouteRule', metadata };
    this.pending = true;
    this.onSeen();
  }

  push(): void {
    this.version++;
    this.pending = false;
  }

  report(index: number) {
    return { node: nodes[index]!, typeUrl: TYPE_URL.route, version: this.version, changed: [], removed: [] };
  }
}

test('acknowledged: when every proxy has settled on the version with the object in it, and by those that were sent something', async () => {
  const scene = new Scene();
  const done = scene.wait();
  scene.see('6');
  scene.see('7');
  scene.push();
  scene.proxies.sent(scene.report(0));
  scene.proxies.acked(scene.report(0));
  scene.proxies.settled(nodes[0]!, 2);
  scene.proxies.settled(nodes[1]!, 2);
  assert.deepEqual(await done, { state: 'acknowledged', proxies: ['a.shop'], warnings: [] });
});

test('acknowledged: a proxy that does not answer is named when the time is over', async () => {
  const scene = new Scene();
  const done = scene.wait();
  scene.see('7');
  scene.push();
  scene.proxies.settled(nodes[1]!, 2);
  scene.clock.advance(1_000);
  assert.deepEqual(await done, { state: 'waiting', missing: ['a.shop'] });
});

test('acknowledged: an object that was not seen in time names no proxy', async () => {
  const scene = new Scene();
  const done = scene.wait();
  scene.see('6');
  scene.clock.advance(1_000);
  assert.deepEqual(await done, { state: 'waiting', missing: [] });
});

test('acknowledged: a refusal is told at once, with the proxy and its words', async () => {
  const scene = new Scene();
  const done = scene.wait();
  scene.see('7');
  scene.push();
  scene.proxies.sent(scene.report(0));
  scene.proxies.nacked(scene.report(0), 'virtual_hosts[0]: no');
  assert.deepEqual(await done, {
    state: 'rejected',
    reasons: ['proxy a.shop refuses its RDS: virtual_hosts[0]: no'],
  });
});

test('acknowledged: an object that cannot be applied is rejected though all proxies are content', async () => {
  const scene = new Scene();
  const done = scene.wait();
  scene.see('7');
  scene.snapshot = { ...EMPTY_SNAPSHOT, routeRules: [{ ...scene.object!, spec: { destination: {} } }] };
  scene.push();
  for (const node of nodes) scene.proxies.settled(node, 2);
  const outcome = await done;
  assert.equal(outcome.state, 'rejected');
  assert.match(JSON.stringify(outcome), /RouteRule shop\/cart: spec\.destination/);
});

test('acknowledged: what was deleted is waited for until it is gone', async () => {
  const scene = new Scene();
  scene.see('7');
  const { kind, namespace, name } = RULE;
  const done = scene.wait({ kind, namespace, name });
  scene.object = undefined;
  scene.push();
  for (const node of nodes) scene.proxies.settled(node, 2);
  scene.clock.advance(1_000);
  assert.deepEqual(await done, { state: 'acknowledged', proxies: [], warnings: [] });
});

test('acknowledged: who asks no longer is not waited for', async () => {
  const abort = new AbortController();
  const done = new Scene().wait(RULE, abort.signal);
  abort.abort();
  assert.deepEqual(await done, { state: 'waiting', missing: [] });
});
