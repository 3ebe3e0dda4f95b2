import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { messageOf } from '../../../base/errors.js';
import { type Client, isNotFound } from '../../../client/client.js';
import { PODS } from '../../../resources/gvr.js';
import type { KubeObject } from '../../../resources/object.js';
import type { PodObject } from '../../../resources/types.js';
import type { EventRecorder } from '../../events/event-recorder.js';
import { controllerReference } from './ownership.js';

/** A workload that makes pods of a template and finds them by a selector. */
export interface PodOwner extends KubeObject {
  spec: { selector?: LabelSelector; template?: PodTemplateSpec };
}

/** Creates and deletes the pods of a workload, and says so in its events. */
export class PodControl {
  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
  ) {}

  async create(owner: PodOwner, pod: PodObject = podFromTemplate(owner)): Promise<PodObject> {
    try {
      const created = await this.client.create<PodObject>(PODS, pod);
      this.events.normal(owner, 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      this.events.warning(owner, 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  async delete(owner: PodOwner, { metadata }: PodObject): Promise<void> {
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
  async adopt(owner: PodOwner, pod: PodObject): Promise<void> {
    await this.setOwners(pod, [...(pod.metadata.ownerReferences ?? []), controllerReference(owner)]);
  }

  /** A pod whose labels no longer match goes free: how one takes a pod out of service to look at it. */
  async release(owner: PodOwner, pod: PodObject): Promise<void> {
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

/** A pod that the server will name after its owner. It is the caller's, who may change it. */
export function podFromTemplate(owner: PodOwner, template = owner.spec.template): PodObject {
  const { metadata, spec } = template ?? {};
  if (!spec) throw new TypeError(`${owner.kind} ${owner.metadata.name} has no pod template`);
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
