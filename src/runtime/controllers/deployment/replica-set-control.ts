import { type Client, isAlreadyExists } from '../../../client/client.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { DeploymentObject, ReplicaSetObject } from '../../../resources/types.js';
import type { EventRecorder } from '../../events/event-recorder.js';
import { controllerReference, isControlledBy } from '../framework/ownership.js';
import { templateHash } from './hash.js';
import { annotationsOfNew, DESIRED_REPLICAS, MAX_REPLICAS, sameTemplate, TEMPLATE_HASH_LABEL } from './revision.js';
import { newSetReplicas, rollingLimits } from './rolling.js';

/** Creates, scales and deletes the replica sets of a Deployment, and says so in its events. */
export class ReplicaSetControl {
  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
  ) {}

  /** @returns undefined after a collision of hashes: the Deployment's status has a new `collisionCount`, so it comes again */
  async create(deployment: DeploymentObject, old: readonly ReplicaSetObject[]): Promise<ReplicaSetObject | undefined> {
    const set = newReplicaSet(deployment, old);
    try {
      const created = await this.client.create(REPLICA_SETS, set);
      const { replicas = 0 } = created.spec;
      if (replicas > 0) this.say(deployment, `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`);
      return created;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return this.resolveCollision(deployment, set);
    }
  }

  /** Sets the size, and notes for which size of the Deployment it was meant. */
  async scale(deployment: DeploymentObject, set: ReplicaSetObject, replicas: number): Promise<ReplicaSetObject> {
    const before = set.spec.replicas ?? 0;
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
    if (before === replicas && sameJson(annotations, set.metadata.annotations)) return set;
    const scaled = await this.client.update(REPLICA_SETS, {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas },
    });
    if (before !== replicas) {
      const direction = replicas > before ? 'up' : 'down';
      this.say(deployment, `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`);
    }
    return scaled;
  }

  /** Gives the new set its revision and what it inherits. */
  async refresh(
    deployment: DeploymentObject,
    set: ReplicaSetObject,
    old: readonly ReplicaSetObject[],
  ): Promise<ReplicaSetObject> {
    const annotations = { ...annotationsOfNew(deployment, set, old), ...sizeOf(set) };
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    const unchanged = sameJson(annotations, set.metadata.annotations);
    if (unchanged && (set.spec.minReadySeconds ?? 0) === minReadySeconds) return set;
    return this.client.update(REPLICA_SETS, {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, minReadySeconds },
    });
  }

  async adopt(deployment: DeploymentObject, { metadata }: ReplicaSetObject): Promise<void> {
    const ownerReferences = [...(metadata.ownerReferences ?? []), controllerReference(deployment)];
    const body = { metadata: { resourceVersion: metadata.resourceVersion, ownerReferences } };
    await this.client.patch(REPLICA_SETS, metadata.name, metadata.namespace, { type: 'merge', body });
  }

  async release(deployment: DeploymentObject, { metadata }: ReplicaSetObject): Promise<void> {
    const ownerReferences = (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== deployment.metadata.uid);
    const body = { metadata: { resourceVersion: metadata.resourceVersion, ownerReferences } };
    await this.client.patch(REPLICA_SETS, metadata.name, metadata.namespace, { type: 'merge', body });
  }

  async delete({ metadata }: ReplicaSetObject): Promise<void> {
    const options = {
      propagationPolicy: 'Background',
      ...(metadata.uid !== undefined && { uid: metadata.uid }),
    } as const;
    await this.client.delete(REPLICA_SETS, metadata.name, metadata.namespace, options);
  }

  private async resolveCollision(
    deployment: DeploymentObject,
    set: ReplicaSetObject,
  ): Promise<ReplicaSetObject | undefined> {
    const found = await this.client.get<ReplicaSetObject>(REPLICA_SETS, set.metadata.name, set.metadata.namespace);
    // Ours already, and only the informer is behind.
    if (isControlledBy(found, deployment) && sameTemplate(found.spec.template, set.spec.template)) return found;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await this.client.updateStatus(DEPLOYMENTS, { ...deployment, status: { ...deployment.status, collisionCount } });
    return undefined;
  }

  private say(deployment: DeploymentObject, message: string): void {
    this.events.normal(deployment, 'ScalingReplicaSet', message);
  }
}

function newReplicaSet(deployment: DeploymentObject, old: readonly ReplicaSetObject[]): ReplicaSetObject {
  const { metadata, spec, status } = deployment;
  const hash = templateHash(spec.template, status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [TEMPLATE_HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: { ...annotationsOfNew(deployment, undefined, old), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, old, 0),
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [TEMPLATE_HASH_LABEL]: hash },
      },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

function sizeAnnotations(deployment: DeploymentObject): Record<string, string> {
  const replicas = deployment.spec.replicas ?? 1;
  return {
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + rollingLimits(deployment).maxSurge),
  };
}

function sizeOf({ metadata }: ReplicaSetObject): Record<string, string> {
  const { [DESIRED_REPLICAS]: desired, [MAX_REPLICAS]: max } = metadata.annotations ?? {};
  return { ...(desired && { [DESIRED_REPLICAS]: desired }), ...(max && { [MAX_REPLICAS]: max }) };
}
