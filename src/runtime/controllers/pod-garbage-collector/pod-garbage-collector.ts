import { isNotFound } from '../../../client/client.js';
import { NODES, PODS } from '../../../resources/gvr.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';

/** A node that comes back within this time, as after a restart with a new registration, finds its pods. */
const QUARANTINE_MS = 40_000;

/** Removes pods of nodes that are no more: no agent is left to end them. */
export class PodGarbageCollector extends Controller {
  private readonly pods: Informer<PodObject>;
  private readonly nodes: Informer<NodeObject>;

  constructor(context: ControllerContext) {
    super('pod-garbage-collector', context);
    this.pods = context.informers.informer(PODS);
    this.nodes = context.informers.informer(NODES);
  }

  start(): void {
    const watchOrphan = (pod: PodObject): void => {
      if (this.isOrphan(pod)) this.queue.addAfter(keyOf(pod), QUARANTINE_MS);
    };
    this.pods.addHandler({ onAdd: watchOrphan, onUpdate: watchOrphan });
    this.nodes.addHandler({ onDelete: () => this.pods.list().forEach(watchOrphan) });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const pod = this.pods.get(name, namespace);
    if (!pod || !this.isOrphan(pod)) return;
    const { uid } = pod.metadata;
    const options = { gracePeriodSeconds: 0, ...(uid !== undefined && { uid }) };
    try {
      await this.context.client.delete(PODS, name, namespace, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private isOrphan({ spec }: PodObject): boolean {
    return spec.nodeName !== undefined && spec.nodeName !== '' && !this.nodes.get(spec.nodeName);
  }
}
