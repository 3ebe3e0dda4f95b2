import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../object.js';
import { INJECT_KEY, NAMESPACE_LABEL, SIDECAR_CONTAINER_NAME, STATUS_ANNOTATION } from './sidecar.js';

/** The part of a pod or of a pod template that injection reads and writes. */
export interface InjectablePod {
  metadata?: {
    name?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: PodSpec;
}

const YES = new Set(['y', 'yes', 'true', 'on']);
/** Where the cluster's own parts live. */
const IGNORED_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Whether a pod is to get a sidecar, when nothing but the pod itself can say no. */
export function wantsSidecar(pod: InjectablePod): boolean {
  return canTakeSidecar(pod) && (saidByPod(pod) ?? true);
}

/**
 * Whether a pod that is being created in a namespace is to get a sidecar: the namespace's label `istio-injection` decides
 * (`disabled` for good), unless the pod's own label or annotation says otherwise; without the namespace's label only a pod that
 * asks gets one.
 */
export function wantsSidecarIn(pod: InjectablePod, namespace: KubeObject): boolean {
  if (!canTakeSidecar(pod) || IGNORED_NAMESPACES.has(namespace.metadata.name)) return false;
  const ofNamespace = namespace.metadata.labels?.[NAMESPACE_LABEL];
  if (ofNamespace === 'disabled') return false;
  if (ofNamespace === 'enabled') return saidByPod(pod) ?? true;
  // The webhook's object selector looks at labels alone.
  return pod.metadata?.labels?.[INJECT_KEY] === 'true';
}

/** A pod in the host's network has no traffic of its own to capture; one that has a sidecar needs no second. */
function canTakeSidecar({ metadata, spec }: InjectablePod): boolean {
  // A sidecar is beside something: a pod without containers is a mistake that validation shall see.
  if (!spec?.containers?.length || spec.hostNetwork) return false;
  if (metadata?.annotations?.[STATUS_ANNOTATION] !== undefined) return false;
  return !spec.containers.some((container) => container.name === SIDECAR_CONTAINER_NAME);
}

function saidByPod({ metadata }: InjectablePod): boolean | undefined {
  const said = metadata?.labels?.[INJECT_KEY] ?? metadata?.annotations?.[INJECT_KEY];
  return said === undefined || said === '' ? undefined : YES.has(String(said).toLowerCase());
}
