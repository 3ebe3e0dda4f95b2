import type { Container } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { sameJson } from '../../same-json.js';
import type { PodObject } from '../../types.js';
import { forbidden } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { validatePodSpec } from '../../validation/pod-spec.js';

export function validatePod(object: KubeObject): FieldError[] {
  return [...validateMetadata(object), ...validatePodSpec((object as PodObject).spec, 'spec')];
}

const IMMUTABLE_SPEC =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A running pod's images may change, and the scheduler names its node once; all else is as it was made. */
export function validatePodUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const now = mutableOut((object as PodObject).spec);
  const before = mutableOut((old as PodObject).spec);
  const nodeBefore = (old as PodObject).spec.nodeName;
  if (!nodeBefore) delete now.nodeName;
  return sameJson(now, before) ? [] : [forbidden('spec', IMMUTABLE_SPEC)];
}

function mutableOut(spec: PodObject['spec']): Record<string, unknown> {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    ...rest
  } = spec;
  return {
    ...rest,
    containers: withoutImages(spec.containers),
    ...(spec.initContainers && { initContainers: withoutImages(spec.initContainers) }),
  };
}

function withoutImages(containers: readonly Container[]): unknown[] {
  return containers.map(({ image: _, ...rest }) => rest);
}
