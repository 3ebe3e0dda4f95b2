import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../resources/object.js';
import { keyOf } from '../ordering.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh, PodPort, Workload } from './types.js';

const SIDECAR_CONTAINER = 'istio-proxy';

export function buildWorkloads(pods: readonly KubeObject[]): ReadonlyMap<string, Workload> {
  return new Map(pods.map((pod) => [keyOf(pod), { labels: pod.metadata.labels ?? {}, ports: portsOf(pod) }]));
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
  return { ...proxy, labels, podPorts: [...workload.ports, ...more] };
}
