import type { KubeObject } from '../object.js';
import type { PodObject } from '../types.js';
import { type InjectablePod, wantsSidecar, wantsSidecarIn } from './policy.js';
import {
  DEFAULT_CONTAINER_ANNOTATION,
  initContainer,
  injectionStatus,
  STATUS_ANNOTATION,
  sidecarContainer,
} from './sidecar.js';

/** What injection adds to a pod or template. */
export interface Injection {
  readonly annotations: Readonly<Record<string, string>>;
  readonly container: ReturnType<typeof sidecarContainer>;
  readonly initContainer: ReturnType<typeof initContainer>;
}

export function injectionFor(pod: InjectablePod): Injection {
  const first = pod.spec?.containers?.[0]?.name;
  const annotations: Record<string, string> = { [STATUS_ANNOTATION]: injectionStatus() };
  if (first && pod.metadata?.annotations?.[DEFAULT_CONTAINER_ANNOTATION] === undefined) {
    annotations[DEFAULT_CONTAINER_ANNOTATION] = first;
  }
  return { annotations, container: sidecarContainer(), initContainer: initContainer() };
}

/** A pod or pod template with its sidecar; the same object where it is not to have one. Pure. */
export function injectPod<T extends InjectablePod>(pod: T): T {
  return wantsSidecar(pod) ? withSidecar(pod) : pod;
}

/** For the API server, when a pod is created: by the pod's and its namespace's wish. The same object where nothing is added. Pure. */
export function admissionInject(pod: PodObject, namespace: KubeObject): PodObject {
  return wantsSidecarIn(pod, namespace) ? withSidecar(pod) : pod;
}

function withSidecar<T extends InjectablePod>(pod: T): T {
  if (!pod.spec) return pod;
  const injection = injectionFor(pod);
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, ...injection.annotations } },
    spec: {
      ...pod.spec,
      initContainers: [...(pod.spec.initContainers ?? []), injection.initContainer],
      containers: [...(pod.spec.containers ?? []), injection.container],
    },
  };
}
