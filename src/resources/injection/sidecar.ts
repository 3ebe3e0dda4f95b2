import type { Container } from 'kubernetes-types/core/v1.js';

/** The project's version, which is the proxy image's tag; a test holds it to package.json. */
export const PROXY_VERSION = '0.1.0';
/** Images that the node agent answers with the node's own proxy instead of a program. */
export const PROXY_IMAGE = `trysail/proxy:${PROXY_VERSION}`;
export const PROXY_INIT_IMAGE = `trysail/proxy-init:${PROXY_VERSION}`;

export const SIDECAR_CONTAINER_NAME = 'istio-proxy';
export const INIT_CONTAINER_NAME = 'istio-init';

/** On pods, as a label (which wins) or an annotation: `"true"` or `"false"`. */
export const INJECT_KEY = 'sidecar.istio.io/inject';
/** On injected pods: what was added, as JSON. */
export const STATUS_ANNOTATION = 'sidecar.istio.io/status';
/** On namespaces: `enabled` or `disabled`. */
export const NAMESPACE_LABEL = 'istio-injection';
/** Which container `kubectl logs` and `exec` mean when none is named. */
export const DEFAULT_CONTAINER_ANNOTATION = 'kubectl.kubernetes.io/default-container';

/** Stands for the pod's sidecar: gives it a readiness, logs and a place in `2/2`. */
export function sidecarContainer(): Container {
  return {
    name: SIDECAR_CONTAINER_NAME,
    image: PROXY_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    args: ['proxy', 'sidecar'],
  };
}

/** Stands for the capture of the pod's traffic, which the driver set up before any container ran. */
export function initContainer(): Container {
  return { name: INIT_CONTAINER_NAME, image: PROXY_INIT_IMAGE, imagePullPolicy: 'IfNotPresent' };
}

/** The value of {@link STATUS_ANNOTATION}. */
export function injectionStatus(): string {
  return JSON.stringify({
    version: PROXY_VERSION,
    initContainers: [INIT_CONTAINER_NAME],
    containers: [SIDECAR_CONTAINER_NAME],
    volumes: [],
    imagePullSecrets: null,
  });
}
