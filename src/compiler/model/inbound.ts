import { matchesLabels } from '../../resources/labels/selector.js';
import { protocolOf } from './protocol.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh, Protocol, Service, ServicePort } from './types.js';

/** A port on which a workload's application takes connections. */
export interface InboundPort {
  readonly port: number;
  readonly protocol: Protocol;
}

/** The ports of the services that the workload is part of, then those that its containers only declare. By number. */
export function inboundPorts(mesh: Mesh, proxy: ProxyNode): InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const service of mesh.services.values()) {
    if (!selects(service, proxy)) continue;
    for (const servicePort of service.ports) {
      const port = targetPort(servicePort, proxy);
      if (port !== undefined && !ports.has(port)) ports.set(port, { port, protocol: servicePort.protocol });
    }
  }
  for (const { port, name } of proxy.podPorts) {
    if (!ports.has(port)) ports.set(port, { port, protocol: protocolOf(name, undefined) });
  }
  return [...ports.values()].sort((left, right) => left.port - right.port);
}

function selects({ selector, namespace }: Service, proxy: ProxyNode): boolean {
  if (selector === undefined || namespace !== proxy.namespace) return false;
  return Object.keys(selector).length > 0 && matchesLabels(selector, proxy.labels);
}

function targetPort({ number, targetPort: target = number }: ServicePort, proxy: ProxyNode): number | undefined {
  if (typeof target === 'number') return target;
  return proxy.podPorts.find(({ name }) => name === target)?.port;
}
