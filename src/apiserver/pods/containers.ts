import type { PodAddress } from '../../resources/core/pod-access.js';
import type { KubeObject } from '../../resources/object.js';
import { badRequest } from '../status-error.js';

interface PodSpec {
  readonly nodeName?: string;
  readonly containers?: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

/** Where a pod runs. Throws BadRequest where that is not decided yet. */
export function addressOf(pod: KubeObject): PodAddress {
  const { nodeName } = (pod['spec'] ?? {}) as PodSpec;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, node: nodeName };
}

/** The container that is meant: the one named, or the only one. Throws BadRequest in Kubernetes' words. */
export function containerOf(pod: KubeObject, asked: string | undefined): string {
  const { containers = [], initContainers = [] } = (pod['spec'] ?? {}) as PodSpec;
  const names = containers.map(({ name }) => name);
  const initNames = initContainers.map(({ name }) => name);
  if (asked !== undefined) {
    if (names.includes(asked) || initNames.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  if (names.length === 1 && names[0] !== undefined) return names[0];
  const inits = initNames.length > 0 ? ` or one of the init containers: [${initNames.join(' ')}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]${inits}`,
  );
}
