import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../base/clock.js';
import { nameSuffix } from '../../../base/random.js';
import {
  ApiError,
  type Client,
  type DeleteOptions,
  type ObjectList,
  type Patch,
  type WatchHandle,
} from '../../../client/client.js';
import type { KindDefinition } from '../../../resources/kind.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import { KINDS } from '../../../resources/registry.js';
import { sameJson } from '../../../resources/same-json.js';
import type { NamespaceObject, PodObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { FakeInformers } from './fake-informers.js';
import { applyMergePatch } from './merge-patch.js';

/** An API server for unit tests of controllers: in memory, storage versions only, no validation. */
export class FakeApi implements Client {
  readonly informers = new FakeInformers();
  /** How many writes each verb and resource has had: `create pods`. */
  readonly writes = new Map<string, number>();
  /** Called before each write; throws to make it fail. */
  beforeWrite: (verb: string, resource: Gvr, object: KubeObject | undefined) => void = () => {};
  private readonly objects = new Map<string, KubeObject>();
  private revision = 0;

  constructor(private readonly clock: Clock) {}

  async get<T extends KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T> {
    return this.find(resource, name, namespace) as T;
  }

  async list<T extends KubeObject>(resource: Gvr, namespace?: string): Promise<ObjectList<T>> {
    const prefix = namespace === undefined ? `${resource.resource}|` : `${resource.resource}|${namespace}|`;
    const items = [...this.objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object as T);
    return { items, resourceVersion: String(this.revision) };
  }

  async create<T extends KubeObject>(resource: Gvr, object: T): Promise<T> {
    this.count('create', resource, object);
    const created = structuredClone(object);
    created.metadata.name ||= `${object.metadata.generateName}${nameSuffix()}`;
    const key = keyOf(resource, created.metadata.name, created.metadata.namespace);
    if (this.objects.has(key)) throw new ApiError(409, 'AlreadyExists', `${key} already exists`);
    created.metadata.uid = randomUUID();
    created.metadata.generation = 1;
    created.metadata.creationTimestamp = rfc3339(this.clock.now());
    const definition = definitionOf(resource);
    definition?.prepareForCreate?.(created);
    definition?.defaults?.(created);
    return this.store(resource, created) as T;
  }

  async update<T extends KubeObject>(resource: Gvr, object: T): Promise<T> {
    return this.replace('update', resource, object, false) as T;
  }

  async updateStatus<T extends KubeObject>(resource: Gvr, object: T): Promise<T> {
    return this.replace('updateStatus', resource, object, true) as T;
  }

  async patch<T extends KubeObject>(
    resource: Gvr,
    name: string,
    namespace: string | undefined,
    patch: Patch,
  ): Promise<T> {
    const old = this.find(resource, name, namespace);
    const next = applyMergePatch(old, patch.body) as KubeObject;
    return this.replace('patch', resource, next, patch.subresource === 'status') as T;
  }

  async delete(resource: Gvr, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    const old = this.find(resource, name, namespace);
    this.count('delete', resource, old);
    if (options.uid !== undefined && options.uid !== old.metadata.uid) throw new ApiError(409, 'Conflict', 'other uid');
    const marked = structuredClone(old);
    marked.metadata.deletionTimestamp ??= rfc3339(this.clock.now());
    marked.metadata.deletionGracePeriodSeconds = graceSeconds(resource, old, options);
    const policies = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined };
    const finalizer = policies[options.propagationPolicy ?? 'Background'];
    if (finalizer) marked.metadata.finalizers = [...(marked.metadata.finalizers ?? []), finalizer];
    if (resource.resource === 'namespaces') marked['status'] = { phase: 'Terminating' };
    this.finishOrStore(resource, marked);
  }

  watch(): WatchHandle {
    throw new Error('Controllers watch through informers');
  }

  /** Resolves when nobody has anything left to do at once. */
  async settle(idle: () => Promise<void> = async () => {}): Promise<void> {
    for (let revision = -1; revision !== this.revision; ) {
      revision = this.revision;
      for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
      await idle();
    }
  }

  private replace(verb: string, resource: Gvr, object: KubeObject, statusOnly: boolean): KubeObject {
    this.count(verb, resource, object);
    const old = this.find(resource, object.metadata.name, object.metadata.namespace);
    const { resourceVersion } = object.metadata;
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
      throw new ApiError(409, 'Conflict', 'changed');
    const hasStatus = definitionOf(resource)?.subresources?.status === true;
    const next = structuredClone(statusOnly ? { ...old, status: object['status'] } : object);
    if (!statusOnly && hasStatus) next['status'] = old['status'];
    definitionOf(resource)?.defaults?.(next);
    if (!statusOnly && !sameJson(next['spec'], old['spec']))
      next.metadata.generation = (old.metadata.generation ?? 1) + 1;
    if (sameJson(next, old)) return old;
    return this.finishOrStore(resource, next);
  }

  private finishOrStore(resource: Gvr, object: KubeObject): KubeObject {
    const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [], name, namespace } = object.metadata;
    const waits = finalizers.length + ((object as NamespaceObject).spec?.finalizers?.length ?? 0) > 0;
    if (!deletionTimestamp || waits || deletionGracePeriodSeconds) return this.store(resource, object);
    this.objects.delete(keyOf(resource, name, namespace));
    this.revision++;
    this.informers.deliver(resource, object, true);
    return object;
  }

  private store(resource: Gvr, object: KubeObject): KubeObject {
    object.metadata.resourceVersion = String(++this.revision);
    this.objects.set(keyOf(resource, object.metadata.name, object.metadata.namespace), object);
    this.informers.deliver(resource, object, false);
    return object;
  }

  private find(resource: Gvr, name: string, namespace: string | undefined): KubeObject {
    const found = this.objects.get(keyOf(resource, name, namespace));
    if (!found) throw new ApiError(404, 'NotFound', `${resource.resource} "${name}" not found`);
    return found;
  }

  private count(verb: string, resource: Gvr, object: KubeObject | undefined): void {
    this.beforeWrite(verb, resource, object);
    const key = `${verb} ${resource.resource}`;
    this.writes.set(key, (this.writes.get(key) ?? 0) + 1);
  }
}

function graceSeconds(resource: Gvr, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  const pod = object as PodObject;
  if (resource.resource !== 'pods' || !pod.spec.nodeName) return 0;
  return gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
}

function keyOf({ resource }: Gvr, name: string, namespace: string | undefined): string {
  return `${resource}|${namespace ?? ''}|${name}`;
}

function definitionOf({ resource, group }: Gvr): KindDefinition | undefined {
  return KINDS.find((kind) => kind.plural === resource && kind.group === group);
}
