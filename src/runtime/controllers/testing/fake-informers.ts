import type { InformerHandler } from '../../../client/informer.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import type { Informer, Informers } from '../framework/informers.js';
import { keyOf } from '../framework/keys.js';

/** Informers that hear of a write a microtask later, or, while their resource is on {@link hold}, not at all. */
export class FakeInformers implements Informers {
  private readonly byResource = new Map<string, FakeInformer>();
  private heldResource: string | undefined;
  private waiting: (() => void)[] = [];

  forget(): void {}

  informer<T extends KubeObject>({ resource }: Gvr): Informer<T> {
    return this.of(resource) as unknown as Informer<T>;
  }

  deliver({ resource }: Gvr, object: KubeObject, deleted: boolean): void {
    const informer = this.of(resource);
    const copy = structuredClone(object);
    const apply = (): void => informer.apply(copy, deleted);
    if (this.heldResource === resource) this.waiting.push(apply);
    else queueMicrotask(apply);
  }

  hold({ resource }: Gvr): void {
    this.heldResource = resource;
  }

  release(): void {
    this.heldResource = undefined;
    for (const apply of this.waiting.splice(0)) apply();
  }

  private of(resource: string): FakeInformer {
    let informer = this.byResource.get(resource);
    if (!informer) {
      informer = new FakeInformer();
      this.byResource.set(resource, informer);
    }
    return informer;
  }
}

class FakeInformer implements Informer<KubeObject> {
  private readonly objects = new Map<string, KubeObject>();
  readonly synced = Promise.resolve();
  private readonly handlers = new Set<InformerHandler<KubeObject>>();

  get(name: string, namespace?: string): KubeObject | undefined {
    return this.objects.get(namespace ? `${namespace}/${name}` : name);
  }

  list(namespace?: string): KubeObject[] {
    const all = [...this.objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  addHandler(handler: InformerHandler<KubeObject>): () => void {
    this.handlers.add(handler);
    for (const object of this.objects.values()) handler.onAdd?.(object);
    return () => void this.handlers.delete(handler);
  }

  apply(object: KubeObject, deleted: boolean): void {
    const key = keyOf(object);
    const old = this.objects.get(key);
    if (deleted) this.objects.delete(key);
    else this.objects.set(key, object);
    for (const handler of this.handlers) {
      if (deleted) handler.onDelete?.(object);
      else if (old) handler.onUpdate?.(object, old);
      else handler.onAdd?.(object);
    }
  }
}
