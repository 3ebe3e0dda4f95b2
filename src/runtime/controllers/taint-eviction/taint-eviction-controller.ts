import type { Taint } from 'kubernetes-types/core/v1.js';
import { isNotFound } from '../../../client/client.js';
import { NODES, PODS } from '../../../resources/gvr.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { hasEnded } from '../framework/pod-state.js';
import { evictionTime } from './eviction-time.js';

/** Deletes pods from nodes with taints of effect NoExecute that they do not tolerate, or no longer. */
export class TaintEvictionController extends Controller {
  private readonly nodes: Informer<NodeObject>;
  private readonly pods: Informer<PodObject>;
  /** When taints without a time were first seen: name of the node -> taint -> milliseconds. */
  private readonly seen = new Map<string, Map<string, number>>();

  constructor(context: ControllerContext) {
    super('taint-eviction-controller', context);
    this.nodes = context.informers.informer(NODES);
    this.pods = context.informers.informer(PODS);
  }

  start(): void {
    this.nodes.addHandler({
      onAdd: (node) => this.nodeChanged(node),
      onUpdate: (node, old) => {
        if (JSON.stringify(node.spec?.taints) !== JSON.stringify(old.spec?.taints)) this.nodeChanged(node);
      },
      onDelete: ({ metadata }) => this.seen.delete(metadata.name),
    });
    this.pods.addHandler({
      onAdd: (pod) => this.podChanged(pod),
      onUpdate: (pod, old) => {
        const isNew = pod.spec.nodeName !== old.spec.nodeName;
        if (isNew || pod.spec.tolerations?.length !== old.spec.tolerations?.length) this.podChanged(pod);
      },
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const pod = this.pods.get(name, namespace);
    const node = this.nodes.get(pod?.spec.nodeName ?? '');
    if (!pod || !node || pod.metadata.deletionTimestamp || hasEnded(pod)) return;
    const at_ms = evictionTime(pod, noExecute(node), (taint) => this.since(node, taint));
    if (at_ms === undefined) return;
    const wait_ms = at_ms - this.context.clock.now();
    if (wait_ms > 0) {
      this.queue.addAfter(key, wait_ms);
      return;
    }
    this.events.normal(pod, 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
    const { uid } = pod.metadata;
    try {
      await this.context.client.delete(PODS, name, namespace, uid === undefined ? {} : { uid });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private nodeChanged(node: NodeObject): void {
    const { name } = node.metadata;
    const taints = noExecute(node);
    const now_ms = this.context.clock.now();
    const before = this.seen.get(name);
    this.seen.set(name, new Map(taints.map((taint) => [textOf(taint), before?.get(textOf(taint)) ?? now_ms])));
    if (taints.length === 0) return;
    for (const pod of this.pods.list()) if (pod.spec.nodeName === name) this.queue.add(keyOf(pod));
  }

  private podChanged(pod: PodObject): void {
    const node = this.nodes.get(pod.spec.nodeName ?? '');
    if (node && noExecute(node).length > 0) this.queue.add(keyOf(pod));
  }

  private since(node: NodeObject, taint: Taint): number {
    if (taint.timeAdded) return Date.parse(String(taint.timeAdded));
    return this.seen.get(node.metadata.name)?.get(textOf(taint)) ?? this.context.clock.now();
  }
}

function noExecute({ spec }: NodeObject): Taint[] {
  return (spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

function textOf({ key, value = '' }: Taint): string {
  return `${key}=${value}`;
}
