import { REPLICA_SETS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { PodObject, ReplicaSetObject } from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import { parseKey } from '../framework/keys.js';
import { controllerOf } from '../framework/ownership.js';
import { PodOwnerController } from '../framework/pod-owner-controller.js';
import { isActive } from '../framework/pod-state.js';
import { rankForDeletion } from './rank.js';
import { replicaSetStatus } from './status.js';

/** Pods created or deleted in one go. */
const BURST_MAX = 500;

/** Keeps as many pods alive as a ReplicaSet asks for. */
export class ReplicaSetController extends PodOwnerController<ReplicaSetObject> {
  constructor(
    context: ControllerContext,
    private readonly of = { name: 'replicaset-controller', kind: 'ReplicaSet', resource: REPLICA_SETS },
  ) {
    super(of.name, context, of.kind, of.resource);
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = this.owners.get(name, namespace);
    if (!set) return;
    const pods = (await this.claimPods(set)).filter(isActive);
    let failure: unknown;
    if (this.expectations.satisfied(key) && set.metadata.deletionTimestamp === undefined) {
      failure = await this.manage(key, set, pods).catch((error: unknown) => error);
    }
    // What was just created or deleted brings the set back here, with counts that are worth writing.
    if (failure === undefined && !this.expectations.satisfied(key)) return;
    await this.updateStatus(set, pods, failure);
    if (failure !== undefined) throw failure;
    this.queueNextAvailable(key, pods, set.spec.minReadySeconds ?? 0);
  }

  private async manage(key: string, set: ReplicaSetObject, pods: readonly PodObject[]): Promise<void> {
    const missing = (set.spec.replicas ?? 0) - pods.length;
    if (missing > 0) await this.createPods(key, set, Math.min(missing, BURST_MAX));
    if (missing >= 0) return;
    const doomed = rankForDeletion(pods, this.relatedPods(set)).slice(0, Math.min(-missing, BURST_MAX));
    await this.deletePods(key, set, doomed);
  }

  /** Active pods of the set and of its siblings under one Deployment. */
  private relatedPods(set: ReplicaSetObject): PodObject[] {
    const owner = controllerOf(set);
    const family = new Set([set.metadata.uid]);
    for (const other of this.owners.list(set.metadata.namespace)) {
      if (owner && controllerOf(other)?.uid === owner.uid) family.add(other.metadata.uid);
    }
    return this.pods.list(set.metadata.namespace).filter((pod) => isActive(pod) && family.has(controllerOf(pod)?.uid));
  }

  private async updateStatus(set: ReplicaSetObject, pods: readonly PodObject[], failure: unknown): Promise<void> {
    const status = replicaSetStatus(set, pods, failure, this.context.clock.now());
    if (sameJson(status, set.status)) return;
    await this.context.client.updateStatus(this.of.resource, { ...set, status }, { fieldManager: this.name });
  }
}
