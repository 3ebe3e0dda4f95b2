import type { PodCondition } from 'kubernetes-types/core/v1.js';
import { isConflict, isNotFound } from '../../../client/client.js';
import { NAMESPACES, NODES, PODS } from '../../../resources/gvr.js';
import type { NamespaceObject, NodeObject, PodObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { hasEnded } from '../framework/pod-state.js';
import { chooseNode } from './choose-node.js';
import { PodClaims } from './pod-claims.js';

const SCHEDULER_NAME = 'default-scheduler';

/** Gives each new pod a node. */
export class Scheduler extends Controller {
  private readonly pods: Informer<PodObject>;
  private readonly nodes: Informer<NodeObject>;
  private readonly namespaces: Informer<NamespaceObject>;
  private readonly claims: PodClaims;
  /** Nodes that were given to pods which the informer does not know yet: key of the pod -> name of the node. */
  private readonly assumed = new Map<string, string>();

  constructor(context: ControllerContext) {
    super(SCHEDULER_NAME, context);
    this.pods = context.informers.informer(PODS);
    this.nodes = context.informers.informer(NODES);
    this.namespaces = context.informers.informer(NAMESPACES);
    this.claims = new PodClaims(context);
  }

  start(): void {
    this.pods.addHandler({
      onAdd: (pod) => this.podChanged(pod),
      onUpdate: (pod, old) => {
        this.podChanged(pod);
        // Others may wait for what it leaves, or to be near it.
        if (hasEnded(pod) !== hasEnded(old) || pod.spec.nodeName !== old.spec.nodeName) this.queueWaiting();
      },
      onDelete: (pod) => {
        this.assumed.delete(keyOf(pod));
        this.queueWaiting();
      },
    });
    this.claims.onChange(() => this.queueWaiting());
    this.nodes.addHandler({
      onAdd: () => this.queueWaiting(),
      onUpdate: (node, old) => {
        if (mayAdmitMore(node, old)) this.queueWaiting();
      },
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const pod = this.pods.get(name, namespace);
    if (!pod || !isWaiting(pod) || this.assumed.has(key)) return;
    const nodes = this.nodes.list();
    const problem = this.claims.problem(pod);
    if (problem !== undefined) return this.refuse(pod, `0/${nodes.length} nodes are available: ${problem}.`);
    const namespaceLabels = (name: string) => this.namespaces.get(name)?.metadata.labels;
    const cluster = { nodes, podsByNode: this.podsByNode(), namespaceLabels };
    const choice = chooseNode(pod, cluster, (node) => this.claims.obstacle(pod, node));
    if ('obstacles' in choice) return this.refuse(pod, choice.obstacles);
    const node = choice.node.metadata.name;
    // Nothing is awaited between the choice and the note of it in `bind`.
    if (this.claims.areBound(pod)) await this.bind(key, pod, node);
    else await this.claims.announce(pod, node);
  }

  private async bind(key: string, pod: PodObject, node: string): Promise<void> {
    this.assumed.set(key, node);
    let bound: PodObject;
    try {
      const { name, namespace, resourceVersion, uid } = pod.metadata;
      const body = { metadata: { uid, resourceVersion }, spec: { nodeName: node } };
      bound = await this.context.client.patch<PodObject>(PODS, name, namespace, { type: 'merge', body });
    } catch (error) {
      this.assumed.delete(key);
      throw error;
    }
    this.events.normal(pod, 'Scheduled', `Successfully assigned ${key} to ${node}`);
    await this.setCondition(bound, { type: 'PodScheduled', status: 'True' });
  }

  private async refuse(pod: PodObject, message: string): Promise<void> {
    const before = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    this.events.warning(pod, 'FailedScheduling', message);
    await this.setCondition(pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
  }

  private async setCondition(pod: PodObject, condition: PodCondition): Promise<void> {
    const others = (pod.status?.conditions ?? []).filter((each) => each.type !== condition.type);
    const at = rfc3339(this.context.clock.now());
    const conditions = [...others, { ...condition, lastTransitionTime: at }];
    try {
      await this.context.client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions } });
    } catch (error) {
      // The node agent was faster, and writes the condition of a scheduled pod itself.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  private podsByNode(): Map<string, PodObject[]> {
    const result = new Map<string, PodObject[]>();
    for (const pod of this.pods.list()) {
      const node = pod.spec.nodeName || this.assumed.get(keyOf(pod));
      if (!node || hasEnded(pod)) continue;
      const list = result.get(node);
      if (list) list.push(pod);
      else result.set(node, [pod]);
    }
    return result;
  }

  private podChanged(pod: PodObject): void {
    if (pod.spec.nodeName) this.assumed.delete(keyOf(pod));
    else if (isWaiting(pod)) this.queue.add(keyOf(pod));
  }

  private queueWaiting(): void {
    for (const pod of this.pods.list()) if (isWaiting(pod)) this.queue.add(keyOf(pod));
  }
}

function isWaiting(pod: PodObject): boolean {
  const { nodeName, schedulerName = SCHEDULER_NAME } = pod.spec;
  return !nodeName && schedulerName === SCHEDULER_NAME && !pod.metadata.deletionTimestamp && !hasEnded(pod);
}

/** Heartbeats change a node every few seconds and open nothing. */
function mayAdmitMore(node: NodeObject, old: NodeObject): boolean {
  const gist = ({ metadata, spec, status }: NodeObject): string =>
    JSON.stringify([
      metadata.labels,
      spec?.taints,
      spec?.unschedulable,
      status?.allocatable,
      status?.conditions?.find((condition) => condition.type === 'Ready')?.status,
    ]);
  return gist(node) !== gist(old);
}
