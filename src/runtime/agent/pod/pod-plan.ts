import type { Container } from 'kubernetes-types/core/v1.js';
import { PROXY_IMAGE, PROXY_INIT_IMAGE } from '../../../resources/injection/sidecar.js';
import type { PodObject } from '../../../resources/types.js';

/** How the containers of a pod are run: some are programs, some stand for the node's own proxy and the driver's work. */
export interface PodPlan {
  /** Stands for a logical proxy of the node. */
  readonly proxy?: Container;
  /** A gateway is its pod's program; a sidecar captures the traffic of one. */
  readonly proxyMode: 'sidecar' | 'router';
  /** Stand for the capture that the driver sets up: ended as soon as they begin. */
  readonly captureInit: readonly Container[];
  readonly init: readonly Container[];
  readonly apps: readonly Container[];
}

export function planPod({ spec }: PodObject): PodPlan {
  const proxy = spec.containers.find((container) => isImage(container, PROXY_IMAGE));
  const init = spec.initContainers ?? [];
  return {
    ...(proxy ? { proxy } : {}),
    proxyMode: proxy?.args?.includes('router') ? 'router' : 'sidecar',
    captureInit: init.filter((container) => isImage(container, PROXY_INIT_IMAGE)),
    init: init.filter((container) => !isImage(container, PROXY_INIT_IMAGE)),
    apps: spec.containers.filter((container) => container !== proxy),
  };
}

/** Of any version: a manifest that was injected by an earlier one still means the node's proxy. */
function isImage(container: Container, image: string): boolean {
  return repositoryOf(container.image ?? '') === repositoryOf(image);
}

function repositoryOf(image: string): string {
  return image.replace(/^docker\.io\//, '').replace(/[:@][^/]*$/, '');
}

/** A native sidecar of Kubernetes: an init container that goes on running. */
export function isRestartableInit(container: Container): boolean {
  return container.restartPolicy === 'Always';
}
