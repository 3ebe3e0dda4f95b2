import type { ServicePort } from 'kubernetes-types/core/v1.js';
import { matchesLabels } from '../../../resources/labels/selector.js';
import type { PodObject, ServiceObject } from '../../../resources/types.js';
import { hasEnded, isReady } from '../framework/pod-state.js';

export interface ResolvedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** One pod behind a service. */
export interface ServiceEndpoint {
  readonly pod: PodObject;
  readonly ip: string;
  readonly ready: boolean;
  /** Ready, whether or not it is being deleted. */
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Its name in the service's domain, for headless services. */
  readonly hostname?: string;
}

/** Pods whose ports are the same. */
export interface EndpointGroup {
  readonly ports: readonly ResolvedPort[];
  readonly endpoints: readonly ServiceEndpoint[];
}

/** The pods that a service selects, by what its target ports are there: a named port may be another number in each. */
export function serviceEndpoints(service: ServiceObject, pods: readonly PodObject[]): EndpointGroup[] {
  const { selector, ports = [] } = service.spec;
  if (!selector || Object.keys(selector).length === 0) return [];
  const groups = new Map<string, { ports: ResolvedPort[]; endpoints: ServiceEndpoint[] }>();
  for (const pod of pods) {
    const ip = pod.status?.podIP;
    if (!ip || hasEnded(pod) || !matchesLabels(selector, pod.metadata.labels)) continue;
    const resolved = ports.flatMap((port) => resolvePort(port, pod));
    if (resolved.length === 0 && ports.length > 0) continue;
    const key = JSON.stringify(resolved);
    const group = groups.get(key) ?? { ports: resolved, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, ip));
  }
  for (const group of groups.values()) group.endpoints.sort((a, b) => (a.ip < b.ip ? -1 : 1));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function endpointOf(service: ServiceObject, pod: PodObject, ip: string): ServiceEndpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { hostname, subdomain } = pod.spec;
  return {
    pod,
    ip,
    serving,
    terminating,
    ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
    ...(hostname && subdomain === service.metadata.name && { hostname }),
  };
}

function resolvePort(
  { name = '', targetPort, port, protocol = 'TCP', appProtocol }: ServicePort,
  pod: PodObject,
): ResolvedPort[] {
  const number = typeof targetPort === 'string' ? containerPort(pod, targetPort, protocol) : targetPort || port;
  return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol && { appProtocol }) }];
}

function containerPort({ spec }: PodObject, name: string, protocol: string): number | undefined {
  for (const { ports = [] } of spec.containers) {
    const found = ports.find((each) => each.name === name && (each.protocol ?? 'TCP') === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}
