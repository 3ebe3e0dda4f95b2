import { matchesLabels } from '../../resources/labels/selector.js';
import { protocolOf } from './protocol.js';
import type { ProxyNode } from './proxy.js';
import { sidecarFor } from './sidecar-scope.js';
import type { IngressModel, Mesh, Protocol, Service, ServicePort } from './types.js';

const ANY_ADDRESS = '0.0.0.0';

/** A port on which a workload's application takes connections. */
export interface InboundPort {
  readonly port: number;
  readonly protocol: Protocol;
  /** Where the application is, where a Sidecar says it. */
  readonly endpoint?: IngressModel['endpoint'];
  /** The address at which the proxy itself listens, where nothing is redirected to it. */
  readonly listenAddress?: string;
}

/**
 * The ports that the pod's Sidecar names; without one those of the services that it is part of, then those that its containers only
 * declare. By number.
 */
export function inboundPorts(mesh: Mesh, proxy: ProxyNode): InboundPort[] {
  const ingress = sidecarFor(mesh, proxy)?.ingress ?? [];
  const ports = ingress.length > 0 ? ingress.map(fromSidecar) : fromServices(mesh, proxy);
  return ports.sort((left, right) => left.port - right.port);
}

function fromSidecar({ port, protocol, listens, bind, endpoint }: IngressModel): InboundPort {
  return {
    ...{ port, protocol },
    ...(endpoint ? { endpoint } : {}),
    ...(listens ? { listenAddress: bind ?? ANY_ADDRESS } : {}),
  };
}

function fromServices(mesh: Mesh, proxy: ProxyNode): InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const service of mesh.services.values()) {
    if (!selects(service, proxy)) continue;
    for (const servicePort of service.ports) {
      const port = targetPortOf(servicePort, proxy);
      if (port !== undefined && !ports.has(port)) ports.set(port, { port, protocol: servicePort.protocol });
    }
  }
  for (const { port, name } of proxy.podPorts) {
    if (!ports.has(port)) ports.set(port, { port, protocol: protocolOf(name, undefined, port) });
  }
  return [...ports.values()];
}

/** The services that lead to a port of the pod: host names, by port. */
export function hostsByInboundPort(mesh: Mesh, proxy: ProxyNode): ReadonlyMap<number, readonly string[]> {
  const hosts = new Map<number, string[]>();
  for (const service of mesh.services.values()) {
    if (!selects(service, proxy)) continue;
    for (const servicePort of service.ports) {
      const port = targetPortOf(servicePort, proxy);
      if (port !== undefined) hosts.set(port, [...(hosts.get(port) ?? []), service.hostname]);
    }
  }
  return hosts;
}

function selects({ selector, namespace }: Service, proxy: ProxyNode): boolean {
  if (selector === undefined || namespace !== proxy.namespace) return false;
  return Object.keys(selector).length > 0 && matchesLabels(selector, proxy.labels);
}

/** Where in the pod a port of its service leads. */
export function targetPortOf(
  { number, targetPort: target = number }: ServicePort,
  proxy: ProxyNode,
): number | undefined {
  if (typeof target === 'number') return target;
  return proxy.podPorts.find(({ name }) => name === target)?.port;
}
