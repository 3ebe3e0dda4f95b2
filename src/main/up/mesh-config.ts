import type { Clock, Timer } from '../../base/clock.js';
import type { Disposable } from '../../base/dispose.js';
import {
  compile,
  DEFAULT_MESH_CONFIG,
  type MeshConfig,
  type MeshSnapshot,
  SNAPSHOT_KINDS,
} from '../../compiler/index.js';
import type { Gvr, KubeObject } from '../../resources/object.js';
import type { Informers } from '../../runtime/controllers/framework/informers.js';
import type { ConfigSource, ResourceSet } from '../../xds/server/source.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';

/** Changes that follow each other closely, such as the endpoints of a rollout, become one push; a lone one does not wait. */
const DEBOUNCE_MS = 5;
const QUIET_MS = 50;

type Lists = Omit<MeshSnapshot, 'config'>;

/** The compiler over live objects: what the ADS server serves. */
export class MeshConfigSource implements ConfigSource {
  private readonly listeners = new Set<() => void>();
  private readonly unfollow: (() => void)[] = [];
  private snapshot: MeshSnapshot | undefined;
  private compiled = new Map<string, ResourceSet | undefined>();
  private timer: Timer | undefined;
  private pushedAt_ms = Number.NEGATIVE_INFINITY;
  private ready = false;

  constructor(
    private readonly informers: Informers,
    private readonly clock: Clock,
    private readonly config: MeshConfig = DEFAULT_MESH_CONFIG,
  ) {}

  /** Resolves when every kind's first list is in; before, no proxy is told anything. */
  async start(): Promise<void> {
    const sources = Object.entries(SNAPSHOT_KINDS);
    await Promise.all(sources.map(([, { gvr }]) => this.informers.informer(gvr).synced));
    this.ready = true;
    for (const [name, { gvr }] of sources) this.unfollow.push(this.follow(name as keyof Lists, gvr));
    this.changed();
  }

  stop(): void {
    this.timer?.cancel();
    for (const unfollow of this.unfollow) unfollow();
  }

  resources(node: Node): ResourceSet | undefined {
    if (!this.ready) return undefined;
    if (!this.compiled.has(node.id)) this.compiled.set(node.id, compile(this.current(), node));
    return this.compiled.get(node.id);
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** What the mesh is right now. */
  current(): MeshSnapshot {
    if (this.snapshot) return this.snapshot;
    const lists = Object.entries(SNAPSHOT_KINDS).map(([name, { gvr }]) => [name, this.informers.informer(gvr).list()]);
    this.snapshot = { ...(Object.fromEntries(lists) as Lists), config: this.config };
    return this.snapshot;
  }

  private follow(name: keyof Lists, resource: Gvr): () => void {
    return this.informers.informer<KubeObject>(resource).addHandler({
      onAdd: () => this.changed(),
      onDelete: () => this.changed(),
      onUpdate: (object, old) => {
        if (matters(name, object, old)) this.changed();
      },
    });
  }

  private changed(): void {
    const isQuiet = this.clock.monotonic_ms() - this.pushedAt_ms > QUIET_MS;
    this.timer ??= this.clock.setTimer(isQuiet ? 0 : DEBOUNCE_MS, () => {
      this.timer = undefined;
      this.pushedAt_ms = this.clock.monotonic_ms();
      this.snapshot = undefined;
      this.compiled = new Map();
      for (const listener of this.listeners) listener();
    });
  }
}

/** Statuses change often and mean nothing to a proxy, but for a pod its address and readiness are there. */
function matters(name: keyof Lists, object: KubeObject, old: KubeObject): boolean {
  if (name === 'nodes') return JSON.stringify(object.metadata.labels) !== JSON.stringify(old.metadata.labels);
  if (name === 'pods' || name === 'endpoints' || name === 'services') return true;
  return object.metadata.generation === undefined || object.metadata.generation !== old.metadata.generation;
}
