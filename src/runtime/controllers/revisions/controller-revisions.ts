import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { type Client, isNotFound } from '../../../client/client.js';
import { CONTROLLER_REVISIONS } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { ControllerRevisionObject } from '../../../resources/types.js';
import { templateHash } from '../deployment/hash.js';
import type { Informer } from '../framework/informers.js';
import { controllerReference, isControlledBy } from '../framework/ownership.js';
import type { PodOwner } from '../framework/pod-control.js';

/** On the pods and revisions of a StatefulSet or DaemonSet: which template they are of. */
export const REVISION_HASH_LABEL = 'controller-revision-hash';

interface Revised extends PodOwner {
  spec: PodOwner['spec'] & { revisionHistoryLimit?: number };
}

/** The templates that a workload has and had. Shape and meaning are those of Kubernetes, so `kubectl rollout` works on them. */
export class ControllerRevisions {
  constructor(
    private readonly client: Client,
    private readonly informer: Informer<ControllerRevisionObject>,
  ) {}

  /** Oldest first. */
  of(owner: Revised): ControllerRevisionObject[] {
    return this.informer
      .list(owner.metadata.namespace)
      .filter((revision) => isControlledBy(revision, owner))
      .sort((a, b) => a.revision - b.revision);
  }

  /** The revision of the template as it is now; made, or made the newest again, where needed. */
  async current(owner: Revised): Promise<ControllerRevisionObject> {
    const known = this.of(owner);
    const newest = known.at(-1)?.revision ?? 0;
    const data = patchOf(owner.spec.template);
    const same = known.findLast((revision) => sameJson(revision.data, data));
    if (same === undefined) return this.create(owner, data, newest + 1);
    if (same.revision === newest) return same;
    return this.client.update<ControllerRevisionObject>(CONTROLLER_REVISIONS, { ...same, revision: newest + 1 });
  }

  /** Deletes the oldest beyond the limit, but for those in use. */
  async prune(owner: Revised, inUse: ReadonlySet<string>): Promise<void> {
    const idle = this.of(owner).filter(({ metadata }) => !inUse.has(metadata.name));
    const surplus = idle.slice(0, Math.max(0, idle.length - (owner.spec.revisionHistoryLimit ?? 10)));
    for (const { metadata } of surplus) {
      await this.client.delete(CONTROLLER_REVISIONS, metadata.name, metadata.namespace).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }

  private create(owner: Revised, data: unknown, revision: number): Promise<ControllerRevisionObject> {
    const hash = templateHash(owner.spec.template ?? {}, revision);
    return this.client.create<ControllerRevisionObject>(CONTROLLER_REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${owner.metadata.name}-${hash}`,
        namespace: owner.metadata.namespace ?? 'default',
        labels: { ...owner.spec.template?.metadata?.labels, [REVISION_HASH_LABEL]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision,
    });
  }
}

/** The hash in a revision's name, as pods carry it. */
export function hashOf({ metadata }: ControllerRevisionObject): string {
  return metadata.labels?.[REVISION_HASH_LABEL] ?? metadata.name;
}

/** The template of a revision. */
export function templateOf(revision: ControllerRevisionObject): PodTemplateSpec | undefined {
  const { $patch: _, ...template } = (revision.data as Patch | undefined)?.spec.template ?? { $patch: 'replace' };
  return template;
}

interface Patch {
  readonly spec: { readonly template: PodTemplateSpec & { $patch: 'replace' } };
}

/** As a strategic merge patch that brings the template back whole. */
function patchOf(template: PodTemplateSpec | undefined): Patch {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}
