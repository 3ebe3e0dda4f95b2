import type { ControllerRevisionObject, PodObject, StatefulSetObject } from '../../../resources/types.js';
import { podFromTemplate } from '../framework/pod-control.js';
import { REVISION_HASH_LABEL, templateOf } from '../revisions/controller-revisions.js';
import { addClaimVolumes } from './claims.js';

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** `db-2`: its name and host name are its own for good. */
export function replicaPod(set: StatefulSetObject, ordinal: number, revision: ControllerRevisionObject): PodObject {
  const pod = podFromTemplate(set, templateOf(revision));
  const name = `${set.metadata.name}-${ordinal}`;
  delete pod.metadata.generateName;
  pod.metadata.name = name;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [REVISION_HASH_LABEL]: revision.metadata.name,
    [POD_NAME_LABEL]: name,
    [INDEX_LABEL]: String(ordinal),
  };
  pod.spec.hostname = name;
  if (set.spec.serviceName) pod.spec.subdomain = set.spec.serviceName;
  addClaimVolumes(set, pod);
  return pod;
}

/** undefined for a pod that has another name than the set's pods have. */
export function ordinalOf(set: StatefulSetObject, { metadata }: PodObject): number | undefined {
  const prefix = `${set.metadata.name}-`;
  if (!metadata.name.startsWith(prefix)) return undefined;
  const digits = metadata.name.slice(prefix.length);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** The name of the revision that a pod is of. */
export function revisionNameOf({ metadata }: PodObject): string {
  return metadata.labels?.[REVISION_HASH_LABEL] ?? '';
}
