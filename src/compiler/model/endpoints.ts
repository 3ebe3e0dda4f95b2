import type { Endpoints } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject } from '../../resources/object.js';
import { namespaceOf } from '../snapshot.js';
import type { Endpoint, Workload } from './types.js';

/** By `namespace/name` of a pod. */
export type Workloads = Pick<ReadonlyMap<string, Workload>, 'get'>;

const SERVICE_LABEL = 'kubernetes.io/service-name';
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
/** What Kubernetes itself makes of the pods or of Endpoints, which are read already. */
const MIRRORS: ReadonlySet<string> = new Set([
  'endpointslice-controller.k8s.io',
  'endpointslicemirroring-controller.k8s.io',
]);

/** The service of an EndpointSlice that someone wrote, `namespace/name`; undefined for one that says what Endpoints say. */
export function serviceOfSlice({ metadata }: KubeObject): string | undefined {
  const name = metadata.labels?.[SERVICE_LABEL];
  if (!name || MIRRORS.has(metadata.labels?.[MANAGED_BY_LABEL] ?? '')) return undefined;
  return `${metadata.namespace ?? 'default'}/${name}`;
}

/** Whether someone wrote an EndpointSlice, so that it says something that no Endpoints say. */
export function isOwnSlice(slice: KubeObject): boolean {
  return serviceOfSlice(slice) !== undefined;
}

/** The pods behind the ready endpoints of a service. */
export function podKeysOf(object: KubeObject): string[] {
  const subsets = (object as unknown as Endpoints).subsets ?? [];
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ targetRef }) => podKey(object, targetRef)));
}

function podKey(object: KubeObject, target: { namespace?: string; name?: string } | undefined): string {
  return `${target?.namespace ?? namespaceOf(object)}/${target?.name}`;
}

/** The ready endpoints of one port of a service, in the order of the Endpoints object. */
export function endpointsOf(
  object: KubeObject | undefined,
  portName: string | undefined,
  workloads: Workloads,
): readonly Endpoint[] {
  if (object === undefined) return [];
  return ((object as unknown as Endpoints).subsets ?? []).flatMap((subset) => {
    const port = subset.ports?.find(({ name }) => (name ?? '') === (portName ?? ''))?.port;
    if (port === undefined) return [];
    return (subset.addresses ?? []).map(({ ip, nodeName, targetRef }) =>
      toEndpoint(ip, port, workloads.get(podKey(object, targetRef)), nodeName),
    );
  });
}

/** The same of an EndpointSlice: those that are ready, or say nothing of it. */
export function sliceEndpointsOf(
  object: KubeObject,
  portName: string | undefined,
  workloads: Workloads,
): readonly Endpoint[] {
  const { endpoints = [], ports = [], addressType } = object as unknown as EndpointSlice;
  const port = ports?.find(({ name }) => (name ?? '') === (portName ?? ''))?.port;
  if (port === undefined || addressType === 'FQDN') return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, nodeName, targetRef }) =>
      addresses.map((address) => toEndpoint(address, port, workloads.get(podKey(object, targetRef)), nodeName)),
    );
}

function toEndpoint(address: string, port: number, workload: Workload | undefined, nodeName?: string): Endpoint {
  const { labels = {}, locality, node = nodeName } = workload ?? {};
  return { address, port, labels, ...(locality ? { locality } : {}), ...(node ? { node } : {}) };
}
