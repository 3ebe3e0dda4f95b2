import { messageOf } from '../../../base/errors.js';
import { type Client, isNotFound } from '../../../client/client.js';
import { PODS } from '../../../resources/gvr.js';
import type { PodObject, ReplicaSetObject } from '../../../resources/types.js';
import type { EventRecorder } from '../../events/event-recorder.js';
import { controllerReference } from '../framework/ownership.js';

/** Creates and deletes the pods of a replica set, and says so in its events. */
export class PodControl {
  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
  ) {}

  async create(owner: ReplicaSetObject): Promise<PodObject> {
    try {
      const pod = await this.client.create<PodObject>(PODS, podFromTemplate(owner));
      this.events.normal(owner, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      return pod;
    } catch (error) {
      this.events.warning(owner, 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  async delete(owner: ReplicaSetObject, { metadata }: PodObject): Promise<void> {
    try {
      await this.client.delete(PODS, metadata.name, metadata.namespace, deletionOf(metadata.uid));
      this.events.normal(owner, 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
    } catch (error) {
      if (isNotFound(error)) return;
      this.events.warning(owner, 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  /** A pod that nobody controls and that the selector matches becomes the owner's. */
  async adopt(owner: ReplicaSetObject, pod: PodObject): Promise<void> {
    await this.setOwners(pod, [...(pod.metadata.ownerReferences ?? []), controllerReference(owner)]);
  }

  /** A pod whose labels no longer match goes free: how one takes a pod out of service to look at it. */
  async release(owner: ReplicaSetObject, pod: PodObject): Promise<void> {
    const others = (pod.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
    await this.setOwners(pod, others);
  }

  private async setOwners({ metadata }: PodObject, ownerReferences: readonly unknown[]): Promise<void> {
    const body = { metadata: { resourceVersion: metadata.resourceVersion, ownerReferences } };
    await this.client.patch(PODS, metadata.name, metadata.namespace, { type: 'merge', body });
  }
}

function deletionOf(uid: string | undefined): { uid?: string } {
  return uid === undefined ? {} : { uid };
}

function podFromTemplate(owner: ReplicaSetObject): PodObject {
  const { metadata, spec } = owner.spec.template ?? {};
  if (!spec) throw new TypeError(`Replica set ${owner.metadata.name} has no pod template`);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? 'default',
      ...(metadata?.labels && { labels: { ...metadata.labels } }),
      ...(metadata?.annotations && { annotations: { ...metadata.annotations } }),
      ...(metadata?.finalizers && { finalizers: [...metadata.finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: structuredClone(spec),
  };
}
