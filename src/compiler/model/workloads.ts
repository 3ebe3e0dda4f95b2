import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../resources/object.js';
import { keyOf } from '../ordering.js';
import { type Locality, localityKey, localityOfLabels, localityOfNode } from './locality.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh, PodPort, Workload } from './types.js';

const SIDECAR_CONTAINER = 'istio-proxy';

export function buildWorkloads(
  pods: readonly KubeObject[],
  nodes: readonly KubeObject[],
): ReadonlyMap<string, Workload> {
  const localities = new Map(nodes.map(({ metadata }) => [metadata.name, localityOfNode(metadata.labels ?? {})]));
  return new Map(pods.map((pod) => [keyOf(pod), remembered(pod, localities)]));
}

const memory = new WeakMap<KubeObject, Workload>();

/** The same object while pod and place are the same: what was made of its services' endpoints is then used again. */
function remembered(pod: KubeObject, localities: ReadonlyMap<string, Locality | undefined>): Workload {
  const known = memory.get(pod);
  const now = toWorkload(pod, localities);
  if (known && localityKey(known.locality) === localityKey(now.locality)) return known;
  memory.set(pod, now);
  return now;
}

function toWorkload(pod: KubeObject, localities: ReadonlyMap<string, Locality | undefined>): Workload {
  const labels = pod.metadata.labels ?? {};
  const node = (pod as unknown as Pod).spec?.nodeName;
  const locality = localityOfLabels(labels) ?? localities.get(node ?? '');
  return { labels, ports: portsOf(pod), ...(locality ? { locality } : {}), ...(node ? { node } : {}) };
}

function portsOf(object: KubeObject): PodPort[] {
  const containers = (object as unknown as Pod).spec?.containers ?? [];
  return containers
    .filter(({ name }) => name !== SIDECAR_CONTAINER)
    .flatMap(({ ports = [] }) => ports)
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ containerPort, name = '' }) => ({ port: containerPort, name }));
}

/** What the proxy says of its pod, completed by what the mesh knows of it. */
export function withWorkload(mesh: Mesh, proxy: ProxyNode): ProxyNode {
  const workload = mesh.workloads.get(proxy.workload);
  if (workload === undefined) return proxy;
  const labels = Object.keys(proxy.labels).length > 0 ? proxy.labels : workload.labels;
  const known = new Set(workload.ports.map(({ port }) => port));
  const more = proxy.podPorts.filter(({ port }) => !known.has(port));
  const locality = proxy.locality ?? workload.locality;
  const node = proxy.node ?? workload.node;
  return {
    ...proxy,
    labels,
    podPorts: [...workload.ports, ...more],
    ...(locality ? { locality } : {}),
    ...(node ? { node } : {}),
  };
}
