import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.js';
import type { Disposable } from '../../base/dispose.js';
import {
  compileFor,
  DEFAULT_MESH_CONFIG,
  isOwnSlice,
  type Mesh,
  type MeshConfig,
  type MeshSnapshot,
  meshOf,
  type ObjectRef,
  podKeysOf,
  SNAPSHOT_KINDS,
  withEndpoints,
  withPods,
} from '../../compiler/index.js';
import type { Gvr, KubeObject } from '../../resources/object.js';
import type { PodObject } from '../../resources/types.js';
import type { Informers } from '../../runtime/controllers/framework/informers.js';
import type { ConfigSource, ResourceSet } from '../../xds/server/source.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { Debounce } from './debounce.js';

const QUIET_MS = 10;
/** A rollout that changes something all the time is pushed ten times a second. */
const DEBOUNCE_MAX_MS = 100;

type Lists = Omit<MeshSnapshot, 'config'>;
type ListName = keyof Lists;

/** The compiler over live objects: what the ADS server serves. */
export class MeshConfigSource implements ConfigSource {
  private readonly listeners = new Set<() => void>();
  private readonly seenListeners = new Set<() => void>();
  private readonly unfollow: (() => void)[] = [];
  private readonly debounce: Debounce;
  private snapshot: MeshSnapshot | undefined;
  private mesh: Mesh | undefined;
  private pushed = 0;
  private rebuilt = 0;
  private ready = false;
  /** What has changed since the last push: Endpoints and pods by `namespace/name`, or anything. */
  private readonly changedEndpoints = new Set<string>();
  private readonly changedPods = new Set<string>();
  private changedOthers = false;

  constructor(
    private readonly informers: Informers,
    clock: Clock,
    private readonly config: MeshConfig = DEFAULT_MESH_CONFIG,
  ) {
    const run = (): void => this.push();
    this.debounce = new Debounce({ clock, quiet_ms: QUIET_MS, max_ms: DEBOUNCE_MAX_MS, run });
  }

  /** Resolves when every kind's first list is in; before, no proxy is told anything. */
  async start(): Promise<void> {
    const sources = Object.entries(SNAPSHOT_KINDS);
    await Promise.all(sources.map(([, { gvr }]) => this.informers.informer(gvr).synced));
    this.ready = true;
    for (const [name, { gvr }] of sources) this.unfollow.push(this.follow(name as ListName, gvr));
    this.changed();
  }

  stop(): void {
    this.debounce.stop();
    for (const unfollow of this.unfollow) unfollow();
  }

  resources(node: Node): ResourceSet | undefined {
    if (!this.ready) return undefined;
    return compileFor(this.currentMesh(), node);
  }

  version(): number {
    return this.pushed;
  }

  /** The last version in which more than endpoints has changed: rules, or pods. */
  rulesVersion(): number {
    return this.rebuilt;
  }

  /** The version that has all in it that has been seen until now. */
  nextVersion(): number {
    return this.debounce.pending ? this.pushed + 1 : this.pushed;
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Calls back when an object is seen as it is now, whether or not it changes what any proxy is to have. */
  onSeen(listener: () => void): () => void {
    this.seenListeners.add(listener);
    return () => this.seenListeners.delete(listener);
  }

  /** The object as it was last seen; of kinds that decide what the mesh is. */
  seen({ kind, namespace, name }: ObjectRef): KubeObject | undefined {
    const source = Object.values(SNAPSHOT_KINDS).find((each) => each.kind === kind);
    return source && this.informers.informer(source.gvr).get(name, namespace === '' ? undefined : namespace);
  }

  /** The mesh as it was compiled last. */
  currentMesh(): Mesh {
    this.mesh ??= meshOf(this.current());
    return this.mesh;
  }

  /** What the mesh was at the last push. */
  current(): MeshSnapshot {
    if (this.snapshot) return this.snapshot;
    const lists = Object.entries(SNAPSHOT_KINDS).map(([name, { gvr }]) => [name, this.informers.informer(gvr).list()]);
    this.snapshot = { ...(Object.fromEntries(lists) as Lists), config: this.config };
    return this.snapshot;
  }

  private follow(name: ListName, resource: Gvr): () => void {
    return this.informers.informer<KubeObject>(resource).addHandler({
      onAdd: (object) => this.see(name, object, true),
      onDelete: (object) => this.see(name, object, true),
      onUpdate: (object, old) => this.see(name, object, matters(name, object, old)),
    });
  }

  private see(name: ListName, object: KubeObject, isChange: boolean): void {
    if (isChange && counts(name, object)) this.changed(name, object);
    for (const listener of this.seenListeners) listener();
  }

  private changed(name?: ListName, object?: KubeObject): void {
    const key = object ? keyOf(object) : '';
    if (name === 'endpoints') this.changedEndpoints.add(key);
    else if (name === 'pods') this.changedPods.add(key);
    else this.changedOthers = true;
    this.debounce.changed();
  }

  private push(): void {
    this.pushed++;
    this.snapshot = undefined;
    this.mesh = this.changedOthers ? undefined : this.withChanges();
    if (this.changedOthers || this.changedPods.size > 0) this.rebuilt = this.pushed;
    this.changedOthers = false;
    this.changedEndpoints.clear();
    this.changedPods.clear();
    for (const listener of this.listeners) listener();
  }

  /** Of a thousand services the endpoints of one, and its pods, are most of what ever changes: the others are not looked at. */
  private withChanges(): Mesh | undefined {
    const { mesh } = this;
    if (mesh === undefined) return undefined;
    const { pods, services, endpoints, nodes, serviceEntries } = SNAPSHOT_KINDS;
    const found = (kind: typeof pods, key: string): KubeObject | undefined => {
      const [namespace, name = ''] = key.split('/');
      return this.informers.informer(kind.gvr).get(name, namespace);
    };
    if (this.changedPods.size > 0) {
      if (this.informers.informer(serviceEntries.gvr).list().some(choosesPods)) return undefined;
      // Their labels are the endpoints' too.
      for (const object of this.informers.informer(endpoints.gvr).list()) {
        if (podKeysOf(object).some((key) => this.changedPods.has(key))) this.changedEndpoints.add(keyOf(object));
      }
    }
    const changed = new Map([...this.changedPods].map((key) => [key, found(pods, key)]));
    const next = withPods(mesh, changed, this.changedPods.size > 0 ? this.informers.informer(nodes.gvr).list() : []);
    const changes = [...this.changedEndpoints].flatMap((key) => {
      const service = found(services, key);
      return service ? [{ service, endpoints: found(endpoints, key) }] : [];
    });
    return next && withEndpoints(next, changes);
  }
}

function choosesPods(entry: KubeObject): boolean {
  return (entry as { spec?: { workloadSelector?: unknown } }).spec?.workloadSelector !== undefined;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** EndpointSlices that say what the Endpoints say come with every change of these. */
function counts(name: ListName, object: KubeObject): boolean {
  return name !== 'endpointSlices' || isOwnSlice(object);
}

/** Statuses change often and mean nothing to a proxy. */
function matters(name: ListName, object: KubeObject, old: KubeObject): boolean {
  if (name === 'endpoints' || name === 'endpointSlices') return true;
  if (!isDeepStrictEqual(object.metadata.labels, old.metadata.labels)) return true;
  if (!isDeepStrictEqual(object.metadata.annotations, old.metadata.annotations)) return true;
  if (name === 'pods' && !isDeepStrictEqual(reachability(object), reachability(old))) return true;
  const spec = (each: KubeObject) => (each as { spec?: unknown }).spec;
  return !isDeepStrictEqual(spec(object), spec(old));
}

function reachability(pod: KubeObject) {
  const { phase, podIP, conditions } = (pod as PodObject).status ?? {};
  return [phase, podIP, conditions?.find(({ type }) => type === 'Ready')?.status];
}
