import { matchesLabels } from '../../resources/labels/selector.js';
import { targetPortOf } from './inbound.js';
import type { ProxyNode } from './proxy.js';
import type { GatewayModel, GatewayServer, Mesh } from './types.js';

/** The label by which Gateways of Istio's first releases chose the ingress: it means the ingress gateway of today. */
const OLDER_LABELS = { from: 'ingressgateway', to: 'ingress' } as const;

/** A server of a Gateway that a proxy is. */
export interface BoundServer {
  readonly gateway: GatewayModel;
  readonly server: GatewayServer;
}

/** All servers of one address and port of a proxy. */
export interface GatewayListenerModel {
  /** Where the proxy listens: what the Gateways' port leads to by way of the Service in front. */
  readonly port: number;
  readonly bind?: string;
  /** All of plain HTTP, or one of TCP, or several of TLS with hosts of their own. */
  readonly servers: readonly BoundServer[];
}

/** A server that another one keeps out. */
export interface RefusedServer extends BoundServer {
  readonly message: string;
}

export interface GatewayPlan {
  readonly listeners: readonly GatewayListenerModel[];
  readonly refused: readonly RefusedServer[];
}

/** The Gateways that a proxy is. */
export function gatewaysOf(mesh: Pick<Mesh, 'gateways'>, labels: ProxyNode['labels']): GatewayModel[] {
  const older = labels['istio'] === OLDER_LABELS.from ? { ...labels, istio: OLDER_LABELS.to } : labels;
  return mesh.gateways.filter(({ selector }) => matchesLabels(selector, labels) || matchesLabels(selector, older));
}

export function gatewayPlan(mesh: Mesh, proxy: ProxyNode): GatewayPlan {
  const ports = servicePorts(mesh, proxy);
  return mergeServers(gatewaysOf(mesh, proxy.labels), (port) => ports.get(port) ?? port);
}

/** What the ports of the Services in front of a proxy lead to; of two with one port the first holds. */
function servicePorts(mesh: Mesh, proxy: ProxyNode): ReadonlyMap<number, number> {
  const ports = new Map<number, number>();
  for (const { selector, namespace, ports: own } of mesh.services.values()) {
    if (!selector || namespace !== proxy.namespace || Object.keys(selector).length === 0) continue;
    if (!matchesLabels(selector, proxy.labels)) continue;
    for (const port of own) {
      const target = targetPortOf(port, proxy);
      if (target !== undefined && !ports.has(port.number)) ports.set(port.number, target);
    }
  }
  return ports;
}

interface Draft {
  readonly port: number;
  readonly bind: string | undefined;
  readonly servers: BoundServer[];
  /** Of TLS: who has a host. */
  readonly hosts: Map<string, BoundServer>;
}

/** Servers of several Gateways share a port where their connections can be told apart; the older keep it, as in Istio. */
export function mergeServers(gateways: readonly GatewayModel[], resolve: (port: number) => number): GatewayPlan {
  const drafts = new Map<string, Draft>();
  const refused: RefusedServer[] = [];
  for (const gateway of gateways) {
    for (const server of gateway.servers) {
      const bound = { gateway, server };
      const port = resolve(server.port);
      const key = `${server.bind ?? ''}|${port}`;
      const draft = drafts.get(key) ?? { port, bind: server.bind, servers: [], hosts: new Map<string, BoundServer>() };
      drafts.set(key, draft);
      const message = whyNot(draft, server);
      if (message === undefined) add(draft, bound);
      else refused.push({ ...bound, message });
    }
  }
  const listeners = [...drafts.values()].map(({ port, bind, servers }) => ({
    ...{ port, servers },
    ...(bind ? { bind } : {}),
  }));
  return { listeners, refused };
}

function add({ servers, hosts }: Draft, bound: BoundServer): void {
  servers.push(bound);
  for (const host of bound.server.hosts) hosts.set(hostKey(host), bound);
}

function whyNot({ servers, hosts, port }: Draft, server: GatewayServer): string | undefined {
  const [first] = servers;
  if (first === undefined) return undefined;
  const families = [familyOf(first.server), familyOf(server)];
  const owner = `${first.gateway.key}'s ${first.server.field}`;
  if (families[0] !== families[1]) {
    return `${FAMILY_NAMES[familyOf(server)]} cannot share port ${port} with the ${FAMILY_NAMES[familyOf(first.server)]} of Gateway ${owner}`;
  }
  if (families[0] === 'tcp') return `port ${port} belongs to Gateway ${owner}: TCP connections cannot be told apart`;
  if (families[0] === 'http') return undefined;
  const taken = server.hosts.find((host) => hosts.has(hostKey(host)));
  if (taken === undefined) return undefined;
  const { gateway, server: other } = hosts.get(hostKey(taken))!;
  return `Gateway ${gateway.key}'s ${other.field} has the host ${taken.host} on port ${port} already`;
}

type Family = 'http' | 'tcp' | 'tls';
const FAMILY_NAMES: Readonly<Record<Family, string>> = { http: 'plain HTTP', tcp: 'plain TCP', tls: 'TLS' };

function familyOf({ kind }: GatewayServer): Family {
  return kind === 'http' || kind === 'tcp' ? kind : 'tls';
}

function hostKey({ namespace, host }: GatewayServer['hosts'][number]): string {
  return `${namespace}/${host}`;
}
