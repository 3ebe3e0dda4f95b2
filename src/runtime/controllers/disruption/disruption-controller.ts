import {
  DEPLOYMENTS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  STATEFUL_SETS,
} from '../../../resources/gvr.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import type { KubeObject } from '../../../resources/object.js';
import { sameJson } from '../../../resources/same-json.js';
import type {
  DeploymentObject,
  PodDisruptionBudgetObject,
  PodObject,
  ReplicaSetObject,
  StatefulSetObject,
} from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { controllerOf } from '../framework/ownership.js';
import { hasEnded } from '../framework/pod-state.js';
import { countsOf, DISRUPTED_MS_MAX, healthyCount } from './budget.js';

type Status = NonNullable<PodDisruptionBudgetObject['status']>;
type Scaled = DeploymentObject | ReplicaSetObject | StatefulSetObject;

/** Writes into each PodDisruptionBudget how many of its pods may be missed now; the eviction subresource goes by it. */
export class DisruptionController extends Controller {
  private readonly budgets: Informer<PodDisruptionBudgetObject>;
  private readonly pods: Informer<PodObject>;
  private readonly scaled: Readonly<Record<string, Informer<Scaled>>>;

  constructor(context: ControllerContext) {
    super('disruption-controller', context);
    const { informers } = context;
    this.budgets = informers.informer(POD_DISRUPTION_BUDGETS);
    this.pods = informers.informer(PODS);
    this.scaled = {
      Deployment: informers.informer(DEPLOYMENTS),
      ReplicaSet: informers.informer(REPLICA_SETS),
      ReplicationController: informers.informer(REPLICATION_CONTROLLERS),
      StatefulSet: informers.informer(STATEFUL_SETS),
    };
  }

  start(): void {
    const queue = (budget: PodDisruptionBudgetObject): void => this.queue.add(keyOf(budget));
    this.budgets.addHandler({ onAdd: queue, onUpdate: queue });
    const nearby = ({ metadata }: KubeObject): void => {
      for (const budget of this.budgets.list(metadata.namespace)) queue(budget);
    };
    this.pods.addHandler({ onAdd: nearby, onUpdate: nearby, onDelete: nearby });
    for (const informer of Object.values(this.scaled)) {
      informer.addHandler({
        onUpdate: (object, old) => {
          if (object.spec.replicas !== old.spec.replicas) nearby(object);
        },
      });
    }
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const budget = this.budgets.get(name, namespace);
    if (!budget || budget.metadata.deletionTimestamp) return;
    const pods = this.pods
      .list(namespace)
      .filter((pod) => !hasEnded(pod) && matchesLabelSelector(budget.spec?.selector, pod.metadata.labels));
    const status = this.statusOf(key, budget, pods);
    if (sameJson(status, budget.status)) return;
    await this.context.client.updateStatus(POD_DISRUPTION_BUDGETS, { ...budget, status }, { fieldManager: this.name });
  }

  private statusOf(key: string, budget: PodDisruptionBudgetObject, pods: readonly PodObject[]): Status {
    const disruptedPods = this.stillDisrupted(key, budget, pods);
    const counts = countsOf(budget, pods, this.scaleOf(pods));
    const currentHealthy = healthyCount(pods, disruptedPods);
    const { expectedPods = 0, desiredHealthy = 0 } = counts ?? {};
    const allowed = counts && expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
    if (!counts)
      this.events.warning(
        budget,
        'CalculateExpectedPodCountFailed',
        'Failed to calculate the number of expected pods: the pods have no owner with a scale',
      );
    return {
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed: allowed,
      expectedPods,
      ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
      conditions: [
        this.condition(
          budget,
          counts === undefined ? 'SyncFailed' : allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        ),
      ],
    };
  }

  private condition(budget: PodDisruptionBudgetObject, reason: string) {
    const status = reason === 'SufficientPods' ? ('True' as const) : ('False' as const);
    const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    const lastTransitionTime =
      before?.status === status ? before.lastTransitionTime : rfc3339(this.context.clock.now());
    const { generation } = budget.metadata;
    return {
      type: 'DisruptionAllowed',
      status,
      reason,
      message: '',
      lastTransitionTime,
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  }

  /** Pods that an eviction was granted for and whose deletion has not been seen yet. */
  private stillDisrupted(
    key: string,
    { status }: PodDisruptionBudgetObject,
    pods: readonly PodObject[],
  ): NonNullable<Status['disruptedPods']> {
    const now_ms = this.context.clock.now();
    const present = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    const kept = Object.entries(status?.disruptedPods ?? {}).filter(([name, since]) => {
      const pod = present.get(name);
      if (!pod || pod.metadata.deletionTimestamp) return false;
      const left_ms = Date.parse(String(since)) + DISRUPTED_MS_MAX - now_ms;
      if (left_ms > 0) this.queue.addAfter(key, left_ms);
      return left_ms > 0;
    });
    return Object.fromEntries(kept);
  }

  /** The replicas that the pods' owners ask for together; undefined where one has no number of them. */
  private scaleOf(pods: readonly PodObject[]): number | undefined {
    const owners = new Map<string, number>();
    for (const pod of pods) {
      const owner = this.topOwner(pod);
      if (!owner) return undefined;
      owners.set(owner.metadata.uid ?? '', owner.spec.replicas ?? 1);
    }
    return [...owners.values()].reduce((sum, replicas) => sum + replicas, 0);
  }

  private topOwner(pod: PodObject): Scaled | undefined {
    let owner: Scaled | undefined;
    for (let reference = controllerOf(pod); reference; reference = owner && controllerOf(owner)) {
      const found = this.scaled[reference.kind]?.get(reference.name, pod.metadata.namespace);
      if (!found || found.metadata.uid !== reference.uid) return owner;
      owner = found;
    }
    return owner;
  }
}
