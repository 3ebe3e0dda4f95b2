import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { SeededRandom } from '../../../base/random.js';
import { EVENTS, PODS } from '../../../resources/gvr.js';
import type { EventObject, PodObject } from '../../../resources/types.js';
import { RuntimeError } from '../../errors.js';
import type { Image } from '../../images/image.js';
import type { PullPolicy } from '../../images/image-store.js';
import { NodeAgent } from '../node-agent.js';
import type { LogicalProxySpec, ProxyHost } from '../proxy-host.js';
import { FakeDriver } from './fake-driver.js';
import { WatchableApi } from './watchable-api.js';

export class FakeProxyHost implements ProxyHost {
  readonly added: LogicalProxySpec[] = [];
  readonly removed: [string, number][] = [];
  /** Called when a proxy serves. */
  serve = () => {};
  lose = () => {};
  log: (id: string, line: string) => void = () => {};
  /** Whether proxies serve at once. */
  ready = true;

  add(spec: LogicalProxySpec): Promise<void> {
    this.added.push(spec);
    if (this.ready) return Promise.resolve();
    return new Promise((resolve) => {
      this.serve = resolve;
    });
  }

  async remove(id: string, drain_ms: number): Promise<void> {
    this.removed.push([id, drain_ms]);
  }

  onLog(listener: (id: string, line: string) => void): void {
    this.log = listener;
  }

  onLost(listener: () => void): void {
    this.lose = listener;
  }
}

/** A node agent among fakes. Time moves by {@link pass} alone. */
export class TestNode {
  readonly clock = new FakeClock();
  readonly api = new WatchableApi(this.clock);
  readonly proxyHost = new FakeProxyHost();
  driver = new FakeDriver();
  readonly images = {
    missing: new Set<string>(),
    stopSignal: undefined as string | undefined,
    resolve: async (name: string, _policy: PullPolicy): Promise<Image> => {
      if (this.images.missing.has(name)) {
        throw new RuntimeError(
          'ErrImagePull',
          `image "${name}" is not here; build it with: trysail image build -t ${name} DIR`,
        );
      }
      return {
        id: 'sha256:1',
        digest: 'sha256:2',
        names: [`docker.io/library/${name}`],
        config: {
          Entrypoint: ['node'],
          Cmd: ['server.js'],
          Env: ['FROM_IMAGE=1'],
          ...(this.images.stopSignal ? { StopSignal: this.images.stopSignal } : {}),
        },
        created: '',
        size_bytes: 0,
      };
    },
    rootfs: async () => undefined,
    changed: () => {},
    onChange: (listener: () => void) => {
      this.images.changed = listener;
      return () => {};
    },
  };
  agent!: NodeAgent;

  private constructor(readonly stateDir: string) {}

  static async start(t: TestContext): Promise<TestNode> {
    const stateDir = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
    const node = new TestNode(stateDir);
    await node.startAgent();
    t.after(async () => {
      await node.stopAgent();
      await rm(stateDir, { recursive: true, force: true });
    });
    return node;
  }

  async startAgent(): Promise<void> {
    this.agent = new NodeAgent({
      client: this.api,
      clusterCa: 'CA',
      nodeName: 'node-1',
      driver: this.driver,
      proxyHost: this.proxyHost,
      images: this.images,
      stateDir: this.stateDir,
      clock: this.clock,
      random: new SeededRandom(1),
      logger: SILENT_LOGGER,
      version: '0.1.0',
    });
    await this.agent.start();
    await this.settle();
  }

  /** Programs that do not obey are killed as time passes. */
  async stopAgent(): Promise<void> {
    const stopping = this.agent.stop();
    await this.pass(3_000);
    await stopping;
  }

  async createPod(
    spec: Partial<PodSpec> & { name?: string; labels?: Record<string, string> } = {},
  ): Promise<PodObject> {
    const { name = 'web', labels = {}, ...rest } = spec;
    // A token is written to files, for which most tests need not wait.
    const common = { nodeName: 'node-1', automountServiceAccountToken: false };
    const pod = await this.api.create<PodObject>(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels },
      spec: { ...common, containers: [{ name: 'app', image: 'app:v1' }], ...rest },
    });
    await this.settle();
    return pod;
  }

  /** Lets everything happen that needs no time; file system calls included. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** For what takes more turns than {@link settle} gives, as files do. */
  async until<T>(check: () => T | Promise<T>): Promise<T> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await this.settle();
      }
    }
  }

  /** In steps, so that what follows from one timer may set the next. */
  async pass(time_ms: number, step_ms = 500): Promise<void> {
    for (let left = time_ms; left > 0; left -= step_ms) {
      this.clock.advance(Math.min(left, step_ms));
      await this.settle();
    }
  }

  async pod(name = 'web'): Promise<PodObject> {
    await this.settle();
    return this.api.pod(name);
  }

  /** `reason: message` of each event so far, in order. */
  async events(): Promise<string[]> {
    const { items } = await this.api.list<EventObject>(EVENTS);
    return items.map(({ reason, message }) => `${reason}: ${message}`);
  }
}
