import { CONTROLLER_REVISIONS, STATEFUL_SETS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { ControllerRevisionObject, PodObject, StatefulSetObject } from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import { parseKey } from '../framework/keys.js';
import { PodOwnerController } from '../framework/pod-owner-controller.js';
import { availableIn_ms, hasEnded, isReady } from '../framework/pod-state.js';
import { ControllerRevisions } from '../revisions/controller-revisions.js';
import { StatefulSetClaims } from './claims.js';
import { ordinalOf, replicaPod, revisionNameOf } from './replica-pod.js';

/** Keeps numbered pods with names of their own; one after another where the set asks for it. */
export class StatefulSetController extends PodOwnerController<StatefulSetObject> {
  private readonly revisions: ControllerRevisions;
  private readonly claims: StatefulSetClaims;

  constructor(context: ControllerContext) {
    super('statefulset-controller', context, 'StatefulSet', STATEFUL_SETS);
    this.revisions = new ControllerRevisions(context.client, context.informers.informer(CONTROLLER_REVISIONS));
    this.claims = new StatefulSetClaims(context, this.events);
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = this.owners.get(name, namespace);
    if (!set) return;
    const pods = byOrdinal(set, await this.claimPods(set));
    if (set.metadata.deletionTimestamp) return;
    const update = await this.revisions.current(set);
    const current = this.currentRevision(set, update);
    if (!this.expectations.satisfied(key)) return;
    await this.manage(key, set, pods, current, update);
    const inUse = new Set([current.metadata.name, update.metadata.name, ...[...pods.values()].map(revisionNameOf)]);
    await this.revisions.prune(set, inUse);
    await this.updateStatus(set, pods, current, update);
    this.queueNextAvailable(key, [...pods.values()], set.spec.minReadySeconds ?? 0);
  }

  /** Until an update is through, pods below the partition are made of the template before it. */
  private currentRevision(set: StatefulSetObject, update: ControllerRevisionObject): ControllerRevisionObject {
    const name = set.status?.currentRevision;
    return this.revisions.of(set).find(({ metadata }) => metadata.name === name) ?? update;
  }

  private async manage(
    key: string,
    set: StatefulSetObject,
    pods: ReadonlyMap<number, PodObject>,
    current: ControllerRevisionObject,
    update: ControllerRevisionObject,
  ): Promise<void> {
    const { first, end } = ordinals(set);
    for (const [ordinal, pod] of pods) await this.claims.own(set, pod, ordinal < first || ordinal >= end);
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const inOrder = set.spec.podManagementPolicy !== 'Parallel';
    for (let ordinal = first; ordinal < end; ordinal++) {
      const pod = pods.get(ordinal);
      if (pod === undefined) {
        const revision = ordinal - first < partition ? current : update;
        await this.claims.ensure(set, `${set.metadata.name}-${ordinal}`);
        await this.createPods(key, set, 1, () => replicaPod(set, ordinal, revision));
        if (inOrder) return;
      } else if (hasEnded(pod) && !pod.metadata.deletionTimestamp) {
        await this.deletePods(key, set, [pod]);
        if (inOrder) return;
      } else if (inOrder && !this.serves(set, pod)) return;
    }
    const surplus = [...pods].filter(([ordinal]) => ordinal < first || ordinal >= end).map(([, pod]) => pod);
    const leaving = surplus.reverse().filter(({ metadata }) => !metadata.deletionTimestamp);
    await this.deletePods(
      key,
      set,
      inOrder && leaving.length < surplus.length ? [] : leaving.slice(0, inOrder ? 1 : undefined),
    );
    if (surplus.length > 0 || set.spec.updateStrategy?.type === 'OnDelete') return;
    await this.replaceOne(key, set, pods, first + partition, update);
  }

  /** From the highest number down, one at a time, each after the one above it serves. */
  private async replaceOne(
    key: string,
    set: StatefulSetObject,
    pods: ReadonlyMap<number, PodObject>,
    lowest: number,
    update: ControllerRevisionObject,
  ): Promise<void> {
    for (let ordinal = ordinals(set).end - 1; ordinal >= lowest; ordinal--) {
      const pod = pods.get(ordinal);
      if (pod === undefined || pod.metadata.deletionTimestamp) return;
      if (revisionNameOf(pod) !== update.metadata.name) {
        await this.deletePods(key, set, [pod]);
        return;
      }
      if (!this.serves(set, pod)) return;
    }
  }

  private serves(set: StatefulSetObject, pod: PodObject): boolean {
    if (pod.metadata.deletionTimestamp) return false;
    return availableIn_ms(pod, set.spec.minReadySeconds ?? 0, this.context.clock.now()) === 0;
  }

  private async updateStatus(
    set: StatefulSetObject,
    pods: ReadonlyMap<number, PodObject>,
    current: ControllerRevisionObject,
    update: ControllerRevisionObject,
  ): Promise<void> {
    const all = [...pods.values()].filter((pod) => !hasEnded(pod));
    const of = (revision: ControllerRevisionObject): number =>
      all.filter((pod) => revisionNameOf(pod) === revision.metadata.name).length;
    const ready = all.filter(isReady).length;
    const through = of(update) === all.length && all.length === set.spec.replicas && ready === all.length;
    const status: NonNullable<StatefulSetObject['status']> & { availableReplicas: number } = {
      replicas: all.length,
      readyReplicas: ready,
      availableReplicas: all.filter((pod) => this.serves(set, pod)).length,
      currentReplicas: through ? all.length : of(current),
      updatedReplicas: of(update),
      currentRevision: (through ? update : current).metadata.name,
      updateRevision: update.metadata.name,
      collisionCount: 0,
      ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    };
    if (sameJson(status, set.status)) return;
    await this.context.client.updateStatus(STATEFUL_SETS, { ...set, status }, { fieldManager: this.name });
  }
}

/** The numbers that the pods are to have: `first` to below `end`. */
function ordinals({ spec }: StatefulSetObject): { first: number; end: number } {
  const first = (spec as { ordinals?: { start?: number } }).ordinals?.start ?? 0;
  return { first, end: first + (spec.replicas ?? 1) };
}

function byOrdinal(set: StatefulSetObject, pods: readonly PodObject[]): Map<number, PodObject> {
  const entries = pods.flatMap((pod) => {
    const ordinal = ordinalOf(set, pod);
    return ordinal === undefined ? [] : [[ordinal, pod] as const];
  });
  return new Map(entries.sort(([a], [b]) => a - b));
}
