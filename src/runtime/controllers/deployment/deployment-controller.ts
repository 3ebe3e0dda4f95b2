import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../resources/gvr.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import { sameJson } from '../../../resources/same-json.js';
import type { DeploymentObject, PodObject, ReplicaSetObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { controllerOf, isControlledBy } from '../framework/ownership.js';
import { hasEnded } from '../framework/pod-state.js';
import { isComplete } from './progress.js';
import { ReplicaSetControl } from './replica-set-control.js';
import { byAge, DESIRED_REPLICAS, findNewReplicaSet, REVISION, revisionOf } from './revision.js';
import { newSetReplicas, type Scaling, scaleProportionally, shrinkOldSets } from './rolling.js';
import { deploymentStatus, progressCheckIn_ms } from './status.js';

interface Family {
  readonly newSet: ReplicaSetObject | undefined;
  readonly old: readonly ReplicaSetObject[];
}

/** Moves a Deployment's pods to its template, by replica sets: one for each template that it has had. */
export class DeploymentController extends Controller {
  private readonly deployments: Informer<DeploymentObject>;
  private readonly replicaSets: Informer<ReplicaSetObject>;
  private readonly pods: Informer<PodObject>;
  private readonly control: ReplicaSetControl;

  constructor(context: ControllerContext) {
    super('deployment-controller', context);
    this.deployments = context.informers.informer(DEPLOYMENTS);
    this.replicaSets = context.informers.informer(REPLICA_SETS);
    this.pods = context.informers.informer(PODS);
    this.control = new ReplicaSetControl(context.client, this.events);
  }

  start(): void {
    this.deployments.addHandler({
      onAdd: (deployment) => this.queue.add(keyOf(deployment)),
      onUpdate: (deployment) => this.queue.add(keyOf(deployment)),
    });
    this.replicaSets.addHandler({
      onAdd: (set) => this.queueOwner(set),
      onUpdate: (set, old) => {
        this.queueOwner(old);
        this.queueOwner(set);
      },
      onDelete: (set) => this.queueOwner(set),
    });
    // Recreate waits for the last old pod to be gone.
    this.pods.addHandler({ onDelete: (pod) => this.queueOwnerOfPod(pod) });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const deployment = this.deployments.get(name, namespace);
    if (!deployment?.spec.selector) return;
    const sets = await this.claim(deployment);
    if (deployment.metadata.deletionTimestamp) {
      await this.updateStatus(deployment, familyOf(deployment, sets));
      return;
    }
    const family = await this.advance(deployment, sets);
    const current = await this.noteRevision(deployment, family.newSet);
    const updated = await this.updateStatus(current, family);
    if (isComplete(updated, updated.status ?? {})) await this.forgetOldSets(updated, family.old);
    const check_ms = progressCheckIn_ms(updated, this.context.clock.now());
    if (check_ms !== undefined) this.queue.addAfter(key, check_ms);
  }

  private async advance(deployment: DeploymentObject, sets: readonly ReplicaSetObject[]): Promise<Family> {
    const family = familyOf(deployment, sets);
    if (deployment.spec.paused || isScaling(deployment, sets)) return this.scale(deployment, family);
    return deployment.spec.strategy?.type === 'Recreate'
      ? this.recreate(deployment, family)
      : this.roll(deployment, family);
  }

  private async roll(deployment: DeploymentObject, family: Family): Promise<Family> {
    const created = await this.ensureNewSet(deployment, family);
    if (!created) return family;
    const all = [...family.old, created];
    const replicas = newSetReplicas(deployment, all, created.spec.replicas ?? 0);
    const newSet = await this.control.scale(deployment, created, replicas);
    // Growing first: the status that lets old sets shrink comes with the new pods.
    if (newSet !== created) return { newSet, old: family.old };
    return { newSet, old: await this.apply(deployment, family.old, shrinkOldSets(deployment, newSet, family.old)) };
  }

  private async recreate(deployment: DeploymentObject, family: Family): Promise<Family> {
    const running = family.old.filter((set) => (set.spec.replicas ?? 0) > 0);
    if (running.length > 0) {
      const scalings = running.map((set) => ({ set, replicas: 0 }));
      return { newSet: family.newSet, old: await this.apply(deployment, family.old, scalings) };
    }
    if (this.hasPods(family.old)) return family;
    const newSet = await this.ensureNewSet(deployment, family);
    if (!newSet) return family;
    return { newSet: await this.control.scale(deployment, newSet, deployment.spec.replicas ?? 1), old: family.old };
  }

  /** The size alone, without moving from one template to another. */
  private async scale(deployment: DeploymentObject, family: Family): Promise<Family> {
    const { newSet, old } = family;
    const active = [...old, ...(newSet ? [newSet] : [])].filter((set) => (set.spec.replicas ?? 0) > 0);
    const all = [...old, ...(newSet ? [newSet] : [])];
    const only = active.length === 0 ? (newSet ?? byAge(old).at(-1)) : active[0];
    let scalings: Scaling[] = [];
    if (active.length <= 1) {
      if (only) scalings = [{ set: only, replicas: deployment.spec.replicas ?? 1 }];
    } else if (newSet && isSaturated(deployment, newSet)) {
      scalings = active.filter((set) => set !== newSet).map((set) => ({ set, replicas: 0 }));
    } else {
      scalings = scaleProportionally(deployment, active);
    }
    const scaled = await this.apply(deployment, all, scalings);
    return { newSet: scaled.find((set) => sameUid(set, newSet)), old: scaled.filter((set) => !sameUid(set, newSet)) };
  }

  private async ensureNewSet(
    deployment: DeploymentObject,
    { newSet, old }: Family,
  ): Promise<ReplicaSetObject | undefined> {
    return newSet ? this.control.refresh(deployment, newSet, old) : this.control.create(deployment, old);
  }

  private async apply(
    deployment: DeploymentObject,
    sets: readonly ReplicaSetObject[],
    scalings: readonly Scaling[],
  ): Promise<ReplicaSetObject[]> {
    const changed = new Map<ReplicaSetObject, ReplicaSetObject>();
    for (const { set, replicas } of scalings) changed.set(set, await this.control.scale(deployment, set, replicas));
    return sets.map((set) => changed.get(set) ?? set);
  }

  private hasPods(sets: readonly ReplicaSetObject[]): boolean {
    const uids = new Set(sets.map((set) => set.metadata.uid));
    const [first] = sets;
    if (!first) return false;
    return this.pods.list(first.metadata.namespace).some((pod) => !hasEnded(pod) && uids.has(controllerOf(pod)?.uid));
  }

  private async noteRevision(
    deployment: DeploymentObject,
    newSet: ReplicaSetObject | undefined,
  ): Promise<DeploymentObject> {
    const revision = newSet && revisionOf(newSet);
    if (!revision || deployment.metadata.annotations?.[REVISION] === String(revision)) return deployment;
    const { name, namespace } = deployment.metadata;
    const body = { metadata: { annotations: { [REVISION]: String(revision) } } };
    return this.context.client.patch<DeploymentObject>(DEPLOYMENTS, name, namespace, { type: 'merge', body });
  }

  private async updateStatus(deployment: DeploymentObject, { newSet, old }: Family): Promise<DeploymentObject> {
    const all = newSet ? [...old, newSet] : old;
    const status = deploymentStatus(deployment, newSet, all, this.context.clock.now());
    if (sameJson(status, deployment.status)) return deployment;
    return this.context.client.updateStatus(DEPLOYMENTS, { ...deployment, status }, { fieldManager: this.name });
  }

  /** Keeps as many empty old sets as may be rolled back to. */
  private async forgetOldSets({ spec }: DeploymentObject, old: readonly ReplicaSetObject[]): Promise<void> {
    const empty = byAge(old).filter(
      (set) => !set.metadata.deletionTimestamp && set.spec.replicas === 0 && !set.status?.replicas,
    );
    const surplus = empty.length - (spec.revisionHistoryLimit ?? 10);
    for (const set of empty.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, surplus))) {
      await this.control.delete(set);
    }
  }

  private async claim(deployment: DeploymentObject): Promise<ReplicaSetObject[]> {
    const claimed: ReplicaSetObject[] = [];
    for (const set of this.replicaSets.list(deployment.metadata.namespace)) {
      const matches = matchesLabelSelector(deployment.spec.selector, set.metadata.labels);
      if (isControlledBy(set, deployment)) {
        if (matches) claimed.push(set);
        else await this.control.release(deployment, set);
      } else if (
        matches &&
        !controllerOf(set) &&
        !set.metadata.deletionTimestamp &&
        !deployment.metadata.deletionTimestamp
      ) {
        // It comes back with its new owner.
        await this.control.adopt(deployment, set);
      }
    }
    return claimed;
  }

  private queueOwner(set: ReplicaSetObject): void {
    const owner = controllerOf(set);
    if (owner) {
      if (owner.kind === 'Deployment') this.queue.add(`${set.metadata.namespace}/${owner.name}`);
      return;
    }
    for (const deployment of this.deployments.list(set.metadata.namespace)) {
      if (matchesLabelSelector(deployment.spec.selector, set.metadata.labels)) this.queue.add(keyOf(deployment));
    }
  }

  private queueOwnerOfPod(pod: PodObject): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const set = this.replicaSets.get(owner.name, pod.metadata.namespace);
    if (set) this.queueOwner(set);
  }
}

function familyOf(deployment: DeploymentObject, sets: readonly ReplicaSetObject[]): Family {
  const newSet = findNewReplicaSet(deployment, sets);
  return { newSet, old: sets.filter((set) => set !== newSet) };
}

/** Whether a set in use was made for another size of the Deployment. */
function isScaling({ spec }: DeploymentObject, sets: readonly ReplicaSetObject[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
    return (set.spec.replicas ?? 0) > 0 && desired !== undefined && desired !== String(spec.replicas ?? 1);
  });
}

/** The new set has all replicas, and all are available. */
function isSaturated({ spec }: DeploymentObject, set: ReplicaSetObject): boolean {
  const wanted = spec.replicas ?? 1;
  return set.spec.replicas === wanted && set.status?.availableReplicas === wanted;
}

function sameUid(a: ReplicaSetObject, b: ReplicaSetObject | undefined): boolean {
  return b !== undefined && a.metadata.uid === b.metadata.uid;
}
