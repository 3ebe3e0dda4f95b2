import { type DeleteOptions, isNotFound } from '../../../client/client.js';
import type { Gvr, KubeObject, OwnerReference } from '../../../resources/object.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import { kindName, type StoredKind } from '../framework/stored-kinds.js';
import { type GraphNode, OwnershipGraph } from './graph.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

type OwnerState = 'alive' | 'waiting' | 'gone';

/**
 * Deletes what was owned by objects that are gone, and does what a deletion asked for: `foreground` waits for the dependents,
 * `orphan` sets them free.
 */
export class GarbageCollector extends Controller {
  private readonly graph = new OwnershipGraph();
  private readonly kindsByName = new Map<string, StoredKind>();

  constructor(
    context: ControllerContext,
    private readonly kinds: readonly StoredKind[],
  ) {
    super('garbage-collector-controller', context);
  }

  start(): void {
    for (const kind of this.kinds) this.addKind(kind);
  }

  /** From now on its objects own and are owned, too. */
  addKind(kind: StoredKind): void {
    const { resource, names } = kind;
    for (const name of names) this.kindsByName.set(name, kind);
    this.context.informers.informer(resource).addHandler({
      onAdd: (object) => this.changed(resource, object),
      onUpdate: (object) => this.changed(resource, object),
      onDelete: (object) => this.gone(object),
    });
  }

  removeKind({ names }: StoredKind): void {
    for (const name of names) this.kindsByName.delete(name);
  }

  /** @param uid of the object to look at */
  protected async reconcile(uid: string): Promise<void> {
    const node = this.graph.get(uid);
    if (!node) return;
    const { deletionTimestamp, finalizers = [] } = node.object.metadata;
    if (!deletionTimestamp) await this.collect(node);
    else if (finalizers.includes(ORPHAN)) await this.orphanDependents(node);
    else if (finalizers.includes(FOREGROUND)) await this.deleteDependents(node);
  }

  private changed(resource: Gvr, object: KubeObject): void {
    const { uid = '', deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
    this.graph.put(resource, object);
    const asks = deletionTimestamp && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN));
    const doubtful = ownerReferences.some((owner) => this.stateInGraph(owner) !== 'alive');
    if (asks || doubtful) this.queue.add(uid);
  }

  private gone({ metadata }: KubeObject): void {
    const { uid = '', ownerReferences = [] } = metadata;
    this.graph.remove(uid);
    for (const { object } of this.graph.dependentsOf(uid)) this.queue.add(object.metadata.uid ?? '');
    // An owner in foreground deletion may have waited for this one.
    for (const owner of ownerReferences) if (this.stateInGraph(owner) === 'waiting') this.queue.add(owner.uid);
  }

  private async collect(node: GraphNode): Promise<void> {
    const { uid = '', ownerReferences = [] } = node.object.metadata;
    if (ownerReferences.length === 0) return;
    const states = await Promise.all(ownerReferences.map((owner) => this.stateOf(owner, node)));
    if (states.includes('alive')) {
      const kept = ownerReferences.filter((_, i) => states[i] === 'alive');
      if (kept.length < ownerReferences.length) await this.patch(node, { ownerReferences: kept });
      return;
    }
    const hasDependents = this.graph.dependentsOf(uid).length > 0;
    const foreground = states.includes('waiting') && hasDependents;
    await this.delete(node, { propagationPolicy: foreground ? 'Foreground' : 'Background' });
  }

  private async deleteDependents(node: GraphNode): Promise<void> {
    const { uid = '', finalizers = [] } = node.object.metadata;
    const dependents = this.graph.dependentsOf(uid);
    for (const { object } of dependents) this.queue.add(object.metadata.uid ?? '');
    const blocking = dependents.some(({ object }) =>
      object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
    );
    if (!blocking) await this.patch(node, { finalizers: finalizers.filter((name) => name !== FOREGROUND) });
  }

  private async orphanDependents(node: GraphNode): Promise<void> {
    const { uid = '', finalizers = [] } = node.object.metadata;
    await Promise.all(
      this.graph.dependentsOf(uid).map((dependent) => {
        const owners = dependent.object.metadata.ownerReferences ?? [];
        return this.patch(dependent, { ownerReferences: owners.filter((owner) => owner.uid !== uid) });
      }),
    );
    await this.patch(node, { finalizers: finalizers.filter((name) => name !== ORPHAN) });
  }

  private stateInGraph({ uid }: OwnerReference): OwnerState {
    const owner = this.graph.get(uid);
    if (!owner) return 'gone';
    const { deletionTimestamp, finalizers } = owner.object.metadata;
    return deletionTimestamp && finalizers?.includes(FOREGROUND) ? 'waiting' : 'alive';
  }

  /** The graph may lag behind, so what seems gone is asked for before anything is deleted. */
  private async stateOf(owner: OwnerReference, { object }: GraphNode): Promise<OwnerState> {
    const known = this.stateInGraph(owner);
    if (known !== 'gone') return known;
    const kind = this.kindsByName.get(kindName(owner.apiVersion, owner.kind));
    // Of a kind that is not served nothing can be known, so nothing is deleted for it.
    if (!kind) return 'alive';
    const namespace = kind.namespaced ? object.metadata.namespace : undefined;
    try {
      const found = await this.context.client.get(kind.resource, owner.name, namespace);
      return found.metadata.uid === owner.uid ? 'alive' : 'gone';
    } catch (error) {
      if (isNotFound(error)) return 'gone';
      throw error;
    }
  }

  private async delete({ resource, object }: GraphNode, options: DeleteOptions): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    try {
      await this.context.client.delete(resource, name, namespace, { ...options, ...(uid !== undefined && { uid }) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private async patch({ resource, object }: GraphNode, change: object): Promise<void> {
    const { name, namespace, resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion, ...change } };
    try {
      await this.context.client.patch(resource, name, namespace, { type: 'merge', body });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
