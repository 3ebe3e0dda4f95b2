import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';
import { isAlreadyExists, isNotFound } from '../../../client/client.js';
import { PERSISTENT_VOLUME_CLAIMS } from '../../../resources/gvr.js';
import type { KubeObject, OwnerReference } from '../../../resources/object.js';
import { sameJson } from '../../../resources/same-json.js';
import type { PersistentVolumeClaimObject, PodObject, StatefulSetObject } from '../../../resources/types.js';
import type { EventRecorder } from '../../events/event-recorder.js';
import type { ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';

/** The claims of a StatefulSet's pods: made before the pod, kept or left to the garbage collector as the set says. */
export class StatefulSetClaims {
  private readonly claims: Informer<PersistentVolumeClaimObject>;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
  ) {
    this.claims = context.informers.informer(PERSISTENT_VOLUME_CLAIMS);
  }

  /** Makes those that a pod still needs. */
  async ensure(set: StatefulSetObject, pod: string): Promise<void> {
    for (const template of templatesOf(set)) {
      const claim = claimFor(set, template, pod);
      if (this.claims.get(claim.metadata.name, claim.metadata.namespace)) continue;
      const { name } = claim.metadata;
      const what = `Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name}`;
      try {
        await this.context.client.create(PERSISTENT_VOLUME_CLAIMS, claim);
        this.events.normal(set, 'SuccessfulCreate', `create ${what} success`);
      } catch (error) {
        if (isAlreadyExists(error)) continue;
        this.events.warning(set, 'FailedCreate', `create ${what} failed error: ${messageOf(error)}`);
        throw error;
      }
    }
  }

  /**
   * Who owns the claims of a pod: what owns them takes them with it when it goes.
   * @param isLeaving whether the pod is one more than the set wants
   */
  async own(set: StatefulSetObject, pod: PodObject, isLeaving: boolean): Promise<void> {
    const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
    const owner = isLeaving && whenScaled === 'Delete' ? pod : whenDeleted === 'Delete' ? set : undefined;
    const ours = new Set([set.metadata.uid, pod.metadata.uid]);
    for (const template of templatesOf(set)) {
      const claim = this.claims.get(claimName(template, pod.metadata.name), set.metadata.namespace);
      if (!claim || claim.metadata.deletionTimestamp) continue;
      const before = claim.metadata.ownerReferences ?? [];
      const others = before.filter(({ uid }) => !ours.has(uid));
      const ownerReferences = owner ? [...others, referenceTo(owner)] : others;
      if (!sameJson(before, ownerReferences)) await this.setOwners(claim, ownerReferences);
    }
  }

  private async setOwners(
    { metadata }: PersistentVolumeClaimObject,
    ownerReferences: readonly OwnerReference[],
  ): Promise<void> {
    const { name, namespace, resourceVersion } = metadata;
    const body = { metadata: { resourceVersion, ownerReferences } };
    await this.context.client
      .patch(PERSISTENT_VOLUME_CLAIMS, name, namespace, { type: 'merge', body })
      .catch((error) => {
        if (!isNotFound(error)) throw error;
      });
  }
}

/** Gives a pod the volumes that its set's templates name, in place of volumes of the same name. */
export function addClaimVolumes(set: StatefulSetObject, pod: PodObject): void {
  const templates = templatesOf(set);
  if (templates.length === 0) return;
  const names = new Set(templates.map(({ metadata }) => metadata?.name));
  const own = templates.map((template) => ({
    name: template.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(template, pod.metadata.name) },
  }));
  pod.spec.volumes = [...own, ...(pod.spec.volumes ?? []).filter(({ name }) => !names.has(name))];
}

function templatesOf({ spec }: StatefulSetObject): readonly PersistentVolumeClaim[] {
  return spec.volumeClaimTemplates ?? [];
}

function claimName({ metadata }: PersistentVolumeClaim, pod: string): string {
  return `${metadata?.name}-${pod}`;
}

function claimFor(set: StatefulSetObject, template: PersistentVolumeClaim, pod: string): PersistentVolumeClaimObject {
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(template, pod),
      namespace: set.metadata.namespace ?? 'default',
      labels: { ...labels, ...set.spec.selector?.matchLabels },
      ...(annotations && { annotations: { ...annotations } }),
    },
    spec: structuredClone(template.spec ?? {}),
  };
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
}
