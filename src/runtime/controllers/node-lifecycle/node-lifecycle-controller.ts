import type { NodeCondition, PodCondition } from 'kubernetes-types/core/v1.js';
import { isNotFound } from '../../../client/client.js';
import { LEASES, NODES, PODS } from '../../../resources/gvr.js';
import type { LeaseObject, NodeObject, PodObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { hasEnded, readyCondition } from '../framework/pod-state.js';
import { UNREACHABLE_TAINT } from '../scheduler/filters.js';

const LEASE_NAMESPACE = 'kube-node-lease';
/** Kubernetes' node-monitor-grace-period: without a heartbeat for this long a node counts as lost. */
const GRACE_MS = 40_000;
const LOST_REASON = 'NodeStatusUnknown';
const POD_LOST_REASON = 'NodeLost';

/**
 * Notices nodes whose agents fell silent: they get no new pods, their pods leave the endpoints, and a taint has them replaced
 * elsewhere, by default after five minutes. When the agent is heard of again all that is undone. Nodes without a lease are not
 * watched.
 */
export class NodeLifecycleController extends Controller {
  private readonly nodes: Informer<NodeObject>;
  private readonly leases: Informer<LeaseObject>;
  private readonly pods: Informer<PodObject>;
  /** When each node was last heard of, on our own clock: while we were away nobody could listen. */
  private readonly heard = new Map<string, number>();

  constructor(context: ControllerContext) {
    super('node-controller', context);
    this.nodes = context.informers.informer(NODES);
    this.leases = context.informers.informer(LEASES);
    this.pods = context.informers.informer(PODS);
  }

  start(): void {
    this.leases.addHandler({
      onAdd: (lease) => this.heartbeat(lease),
      onUpdate: (lease, old) => {
        if (lease.spec?.renewTime !== old.spec?.renewTime) this.heartbeat(lease);
      },
      onDelete: ({ metadata }) => this.heard.delete(metadata.name),
    });
    this.nodes.addHandler({ onUpdate: ({ metadata }) => this.queue.add(metadata.name) });
  }

  protected async reconcile(name: string): Promise<void> {
    const node = this.nodes.get(name);
    const heard_ms = this.heard.get(name);
    if (!node || heard_ms === undefined) return;
    const silent_ms = this.context.clock.monotonic_ms() - heard_ms;
    const isMarked = readyOf(node)?.reason === LOST_REASON;
    if (silent_ms < GRACE_MS) {
      this.queue.addAfter(name, GRACE_MS - silent_ms);
      if (isMarked) await this.restore(node);
      return;
    }
    if (!isMarked) await this.markLost(node);
  }

  private heartbeat({ metadata }: LeaseObject): void {
    if (metadata.namespace !== LEASE_NAMESPACE) return;
    this.heard.set(metadata.name, this.context.clock.monotonic_ms());
    this.queue.add(metadata.name);
  }

  /** The node last: until it is marked, a failure half-way brings us back here. */
  private async markLost(node: NodeObject): Promise<void> {
    const { name } = node.metadata;
    for (const pod of this.podsOn(name)) {
      if (readyCondition(pod)?.status !== 'True') continue;
      await this.setPodReady(pod, { type: 'Ready', status: 'False', reason: POD_LOST_REASON });
    }
    const message = 'Kubelet stopped posting node status.';
    const timeAdded = rfc3339(this.context.clock.now());
    const taints = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: UNREACHABLE_TAINT, effect, timeAdded }));
    const tainted = await this.setTaints(node, [...withoutOurs(node), ...taints]);
    await this.setReady(tainted, { type: 'Ready', status: 'Unknown', reason: LOST_REASON, message });
    this.events.normal(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  }

  private async restore(node: NodeObject): Promise<void> {
    const { name } = node.metadata;
    // The agent writes a pod's status when it changes, so what did not change is for us to undo.
    for (const pod of this.podsOn(name)) {
      if (readyCondition(pod)?.reason === POD_LOST_REASON)
        await this.setPodReady(pod, { type: 'Ready', status: 'True' });
    }
    const untainted = await this.setTaints(node, withoutOurs(node));
    await this.setReady(untainted, {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'heartbeats are back',
    });
    this.events.normal(node, 'NodeReady', `Node ${name} status is now: NodeReady`);
  }

  private setTaints({ metadata }: NodeObject, taints: ReturnType<typeof withoutOurs>): Promise<NodeObject> {
    // With the version: taints of others that came meanwhile must not be lost.
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { taints } };
    return this.context.client.patch<NodeObject>(NODES, metadata.name, undefined, { type: 'merge', body });
  }

  private async setReady(node: NodeObject, condition: NodeCondition): Promise<void> {
    const at = rfc3339(this.context.clock.now());
    const others = (node.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    const conditions = [...others, { ...condition, lastHeartbeatTime: at, lastTransitionTime: at }];
    await this.context.client.updateStatus(NODES, { ...node, status: { ...node.status, conditions } });
  }

  private async setPodReady(pod: PodObject, condition: PodCondition): Promise<void> {
    const lastTransitionTime = rfc3339(this.context.clock.now());
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    const conditions = [...others, { ...condition, lastTransitionTime }];
    await ifThere(this.context.client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions } }));
  }

  private podsOn(node: string): PodObject[] {
    return this.pods.list().filter((pod) => pod.spec.nodeName === node && !hasEnded(pod));
  }
}

function withoutOurs({ spec }: NodeObject): NonNullable<NonNullable<NodeObject['spec']>['taints']> {
  return (spec?.taints ?? []).filter(({ key }) => key !== UNREACHABLE_TAINT);
}

function readyOf({ status }: NodeObject): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

async function ifThere(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
