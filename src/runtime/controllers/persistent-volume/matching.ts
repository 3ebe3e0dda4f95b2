import type { NodeSelector } from 'kubernetes-types/core/v1.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import type {
  NodeObject,
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  PodObject,
} from '../../../resources/types.js';
import { compareQuantities } from '../../../resources/validation/quantity.js';
import { matchesNodeTerms } from '../scheduler/node-selection.js';

/** On a claim: the node that the scheduler chose for the first pod that uses it. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** The smallest free volume that gives a claim what it asks for. @param node where it must be usable; absent: anywhere */
export function findVolume(
  claim: PersistentVolumeClaimObject,
  volumes: readonly PersistentVolumeObject[],
  node?: NodeObject,
): PersistentVolumeObject | undefined {
  const fitting = volumes.filter(
    (volume) =>
      !volume.metadata.deletionTimestamp && isFreeFor(volume, claim) && fits(volume, claim) && reaches(volume, node),
  );
  // What was reserved for this claim comes first.
  return fitting.sort((a, b) => reserved(b) - reserved(a) || compareQuantities(sizeOf(a), sizeOf(b)))[0];
}

function isFreeFor({ spec, status }: PersistentVolumeObject, { metadata }: PersistentVolumeClaimObject): boolean {
  const { claimRef } = spec;
  if (status?.phase === 'Released' || status?.phase === 'Failed') return false;
  if (!claimRef) return true;
  const named = claimRef.namespace === metadata.namespace && claimRef.name === metadata.name;
  return named && (!claimRef.uid || claimRef.uid === metadata.uid);
}

function fits(volume: PersistentVolumeObject, { spec }: PersistentVolumeClaimObject): boolean {
  const modes = volume.spec.accessModes ?? [];
  return (
    (volume.spec.storageClassName ?? '') === (spec.storageClassName ?? '') &&
    (spec.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    compareQuantities(sizeOf(volume), spec.resources?.requests?.['storage'] ?? '0') >= 0 &&
    (spec.selector === undefined || matchesLabelSelector(spec.selector, volume.metadata.labels))
  );
}

/** Whether pods on a node can use a volume. */
export function reaches({ spec }: PersistentVolumeObject, node: NodeObject | undefined): boolean {
  const required: NodeSelector | undefined = spec.nodeAffinity?.required;
  return !node || !required || matchesNodeTerms(required.nodeSelectorTerms, node);
}

function reserved({ spec }: PersistentVolumeObject): number {
  return spec.claimRef ? 1 : 0;
}

function sizeOf({ spec }: PersistentVolumeObject): string {
  return spec.capacity?.['storage'] ?? '0';
}

/** Names of the claims that a pod uses. */
export function claimNamesOf({ spec }: PodObject): string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

export function isBound({ metadata, spec, status }: PersistentVolumeClaimObject): boolean {
  return !metadata.deletionTimestamp && !!spec.volumeName && status?.phase === 'Bound';
}

/** As a volume names its claim. */
export function referenceTo({ metadata }: PersistentVolumeClaimObject) {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}
