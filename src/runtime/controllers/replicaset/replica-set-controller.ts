import { PODS, REPLICA_SETS } from '../../../resources/gvr.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import { sameJson } from '../../../resources/same-json.js';
import type { PodObject, ReplicaSetObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import { Expectations } from '../framework/expectations.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { controllerOf, isControlledBy } from '../framework/ownership.js';
import { availableIn_ms, isActive } from '../framework/pod-state.js';
import { PodControl } from './pod-control.js';
import { rankForDeletion } from './rank.js';
import { inGrowingBatches } from './slow-start.js';
import { replicaSetStatus } from './status.js';

/** Pods created or deleted in one go. */
const BURST_MAX = 500;

/** Keeps as many pods alive as a ReplicaSet asks for. */
export class ReplicaSetController extends Controller {
  private readonly replicaSets: Informer<ReplicaSetObject>;
  private readonly pods: Informer<PodObject>;
  private readonly expectations: Expectations;
  private readonly control: PodControl;

  constructor(context: ControllerContext) {
    super('replicaset-controller', context);
    this.replicaSets = context.informers.informer(REPLICA_SETS);
    this.pods = context.informers.informer(PODS);
    this.expectations = new Expectations(context.clock);
    this.control = new PodControl(context.client, this.events);
  }

  start(): void {
    this.replicaSets.addHandler({
      onAdd: (set) => this.queue.add(keyOf(set)),
      onUpdate: (set) => this.queue.add(keyOf(set)),
      onDelete: (set) => this.expectations.forget(keyOf(set)),
    });
    this.pods.addHandler({
      onAdd: (pod) => this.podAdded(pod),
      onUpdate: (pod, old) => this.podUpdated(pod, old),
      onDelete: (pod) => this.podGone(pod),
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = this.replicaSets.get(name, namespace);
    if (!set) return;
    const pods = await this.claimPods(set);
    let failure: unknown;
    if (this.expectations.satisfied(key) && set.metadata.deletionTimestamp === undefined) {
      failure = await this.manage(key, set, pods).catch((error: unknown) => error);
    }
    // What was just created or deleted brings the set back here, with counts that are worth writing.
    if (failure === undefined && !this.expectations.satisfied(key)) return;
    await this.updateStatus(set, pods, failure);
    if (failure !== undefined) throw failure;
    this.queueNextAvailable(key, set, pods);
  }

  private async manage(key: string, set: ReplicaSetObject, pods: readonly PodObject[]): Promise<void> {
    const missing = (set.spec.replicas ?? 0) - pods.length;
    if (missing > 0) await this.createPods(key, set, Math.min(missing, BURST_MAX));
    else if (missing < 0) await this.deletePods(key, set, pods, Math.min(-missing, BURST_MAX));
  }

  private async createPods(key: string, set: ReplicaSetObject, count: number): Promise<void> {
    this.expectations.expectCreations(key, count);
    const { done, error } = await inGrowingBatches(count, () => this.control.create(set));
    for (let i = done; i < count; i++) this.expectations.created(key);
    if (error !== undefined) throw error;
  }

  private async deletePods(
    key: string,
    set: ReplicaSetObject,
    pods: readonly PodObject[],
    count: number,
  ): Promise<void> {
    const doomed = rankForDeletion(pods, this.relatedPods(set)).slice(0, count);
    this.expectations.expectDeletions(key, doomed.map(uidOf));
    const results = await Promise.allSettled(
      doomed.map(async (pod) => {
        try {
          await this.control.delete(set, pod);
        } catch (error) {
          this.expectations.deleted(key, uidOf(pod));
          throw error;
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Active pods of the set and of its siblings under one Deployment. */
  private relatedPods(set: ReplicaSetObject): PodObject[] {
    const owner = controllerOf(set);
    const family = new Set([set.metadata.uid]);
    for (const other of this.replicaSets.list(set.metadata.namespace)) {
      if (owner && controllerOf(other)?.uid === owner.uid) family.add(other.metadata.uid);
    }
    return this.pods.list(set.metadata.namespace).filter((pod) => isActive(pod) && family.has(controllerOf(pod)?.uid));
  }

  private async claimPods(set: ReplicaSetObject): Promise<PodObject[]> {
    const claimed: PodObject[] = [];
    for (const pod of this.pods.list(set.metadata.namespace)) {
      const matches = matchesLabelSelector(set.spec.selector, pod.metadata.labels);
      if (isControlledBy(pod, set)) {
        if (matches) claimed.push(pod);
        else if (isActive(pod)) await this.control.release(set, pod);
      } else if (matches && isActive(pod) && !controllerOf(pod) && !set.metadata.deletionTimestamp) {
        await this.control.adopt(set, pod);
        claimed.push(pod);
      }
    }
    return claimed.filter(isActive);
  }

  private async updateStatus(set: ReplicaSetObject, pods: readonly PodObject[], failure: unknown): Promise<void> {
    const status = replicaSetStatus(set, pods, failure, this.context.clock.now());
    if (sameJson(status, set.status)) return;
    await this.context.client.updateStatus(REPLICA_SETS, { ...set, status }, { fieldManager: this.name });
  }

  /** A ready pod becomes available by time alone. */
  private queueNextAvailable(key: string, { spec }: ReplicaSetObject, pods: readonly PodObject[]): void {
    const now_ms = this.context.clock.now();
    const waits = pods.map((pod) => availableIn_ms(pod, spec.minReadySeconds ?? 0, now_ms) ?? 0).filter((ms) => ms > 0);
    if (waits.length > 0) this.queue.addAfter(key, Math.min(...waits));
  }

  private podAdded(pod: PodObject): void {
    const set = this.controllerOf(pod);
    if (set) this.expectations.created(keyOf(set));
    this.queueFor(pod, set);
  }

  private podUpdated(pod: PodObject, old: PodObject): void {
    const set = this.controllerOf(pod);
    if (set && pod.metadata.deletionTimestamp) this.expectations.deleted(keyOf(set), uidOf(pod));
    const before = this.controllerOf(old);
    if (before && before !== set) this.queue.add(keyOf(before));
    this.queueFor(pod, set);
  }

  private podGone(pod: PodObject): void {
    const set = this.controllerOf(pod);
    if (!set) return;
    this.expectations.deleted(keyOf(set), uidOf(pod));
    this.queue.add(keyOf(set));
  }

  private queueFor(pod: PodObject, set: ReplicaSetObject | undefined): void {
    if (set) {
      this.queue.add(keyOf(set));
      return;
    }
    if (controllerOf(pod)) return;
    for (const other of this.replicaSets.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(other.spec.selector, pod.metadata.labels)) this.queue.add(keyOf(other));
    }
  }

  private controllerOf(pod: PodObject): ReplicaSetObject | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return undefined;
    const set = this.replicaSets.get(owner.name, pod.metadata.namespace);
    return set?.metadata.uid === owner.uid ? set : undefined;
  }
}

function uidOf({ metadata }: PodObject): string {
  return metadata.uid ?? '';
}
