import { isNotFound } from '../../../client/client.js';
import { NAMESPACE_FINALIZER } from '../../../resources/core/namespace/index.js';
import { NAMESPACES } from '../../../resources/gvr.js';
import type { KubeObject } from '../../../resources/object.js';
import { sameJson } from '../../../resources/same-json.js';
import type { NamespaceObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import type { StoredKind } from '../framework/stored-kinds.js';
import { deletionConditions, type Remainder } from './deletion-conditions.js';

/** Empties a namespace that is being deleted, and then lets it go. */
export class NamespaceController extends Controller {
  private readonly namespaces: Informer<NamespaceObject>;
  private readonly kinds = new Set<StoredKind>();

  /** @param kinds all that a namespace may hold */
  constructor(
    context: ControllerContext,
    private readonly builtIn: readonly StoredKind[],
  ) {
    super('namespace-controller', context);
    this.namespaces = context.informers.informer(NAMESPACES);
  }

  start(): void {
    const look = (namespace: NamespaceObject): void => this.queueTerminating(namespace);
    this.namespaces.addHandler({ onAdd: look, onUpdate: look });
    for (const kind of this.builtIn) this.addKind(kind);
  }

  /** Its objects go with their namespace, too. */
  addKind(kind: StoredKind): void {
    if (!kind.namespaced) return;
    this.kinds.add(kind);
    this.context.informers.informer(kind.resource).addHandler({
      onDelete: ({ metadata }) => {
        const namespace = this.namespaces.get(metadata.namespace ?? '');
        if (namespace) this.queueTerminating(namespace);
      },
    });
  }

  removeKind({ resource }: StoredKind): void {
    for (const kind of this.kinds) {
      if (kind.resource.group === resource.group && kind.resource.resource === resource.resource)
        this.kinds.delete(kind);
    }
  }

  protected async reconcile(name: string): Promise<void> {
    const namespace = this.namespaces.get(name);
    if (!namespace?.metadata.deletionTimestamp) return;
    const left = await Promise.all([...this.kinds].map((kind) => this.empty(kind, name)));
    const remainders = left.filter(({ objects }) => objects.length > 0);
    // The last object to go brings the namespace back here.
    if (remainders.length > 0) return this.sayWhatRemains(namespace, remainders);
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== NAMESPACE_FINALIZER);
    if (finalizers.length === (namespace.spec?.finalizers ?? []).length) return;
    await this.context.client.update(NAMESPACES, { ...namespace, spec: { ...namespace.spec, finalizers } });
  }

  private async sayWhatRemains(namespace: NamespaceObject, remainders: readonly Remainder[]): Promise<void> {
    const before = namespace.status?.conditions ?? [];
    const conditions = deletionConditions(remainders, before, this.context.clock.now());
    if (sameJson(conditions, before)) return;
    const status = { ...namespace.status, conditions };
    await this.context.client.updateStatus(NAMESPACES, { ...namespace, status }, { fieldManager: this.name });
  }

  private queueTerminating({ metadata }: NamespaceObject): void {
    if (metadata.deletionTimestamp) this.queue.add(metadata.name);
  }

  /** @returns what is still there, waiting for a grace period or a finalizer */
  private async empty({ resource }: StoredKind, namespace: string): Promise<Remainder> {
    // Asked of the server: the informer may not know the latest, which would be left behind.
    const { items } = await this.context.client.list(resource, namespace);
    if (items.length === 0) return { resource, objects: [] };
    await Promise.all(items.map((object) => this.remove(resource, object)));
    return { resource, objects: (await this.context.client.list(resource, namespace)).items };
  }

  private async remove(resource: StoredKind['resource'], { metadata }: KubeObject): Promise<void> {
    if (metadata.deletionTimestamp) return;
    try {
      await this.context.client.delete(resource, metadata.name, metadata.namespace, {
        propagationPolicy: 'Background',
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
