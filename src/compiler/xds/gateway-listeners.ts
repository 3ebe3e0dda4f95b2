import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { intersectHosts } from '../hostname.js';
import type { BoundServer, GatewayListenerModel } from '../model/gateway-listeners.js';
import { secretProblem } from '../model/gateway-secrets.js';
import { inOrderFor } from '../model/index-of.js';
import type { ProxyNode } from '../model/proxy.js';
import type { GatewayServer, L4Match, L4Route, Mesh, RouteTable } from '../model/types.js';
import { holdsAt, type Where } from '../model/view.js';
import { httpByRoutes } from './http-connection-manager.js';
import { type FilterChain, inspectionFor } from './inspectors.js';
import { ANY_ADDRESS, gatewayRoutes, listenerName, securedGatewayRoutes } from './names.js';
import type { ListenerInit } from './resource.js';
import { serverTls } from './server-tls.js';
import { tcpByRoute } from './tcp-filter.js';
import { addressOf } from './values.js';

/** Undefined where no connection could go anywhere: no TCP route leads on, or certificates are missing. */
export function gatewayListener(
  mesh: Mesh,
  proxy: ProxyNode,
  listener: GatewayListenerModel,
): ListenerInit | undefined {
  const { port, bind } = listener;
  const chains = chainsOf(mesh, proxy, listener);
  if (chains.length === 0) return undefined;
  const shown = bind ?? ANY_ADDRESS;
  const address = proxy.capture === 'none' && (bind === undefined || bind === ANY_ADDRESS) ? proxy.ip : shown;
  return {
    name: listenerName(shown, port),
    address: addressOf(address, port),
    trafficDirection: TrafficDirection.OUTBOUND,
    ...inspectionFor(chains),
    filterChains: chains,
  };
}

function chainsOf(mesh: Mesh, proxy: ProxyNode, listener: GatewayListenerModel): FilterChain[] {
  const statPrefix = `outbound_${listenerName(listener.bind ?? ANY_ADDRESS, listener.port)}`;
  if (listener.servers.some(({ server }) => server.kind === 'http')) {
    return [{ filters: [httpByRoutes(statPrefix, gatewayRoutes(listener.port, listener.bind), { edge: true })] }];
  }
  const taken = new Set<string>();
  return listener.servers.flatMap((bound) => securedChains(mesh, proxy, bound, statPrefix, taken));
}

function securedChains(
  mesh: Mesh,
  proxy: ProxyNode,
  bound: BoundServer,
  statPrefix: string,
  taken: Set<string>,
): FilterChain[] {
  const { server } = bound;
  if (server.kind === 'passthrough') return passthroughChains(mesh, proxy, bound, taken);
  if (!hasCertificates(mesh, proxy, server)) return [];
  const match = namesMatch(server.hosts.map(({ host }) => host));
  const tls = server.tls ? { transportSocket: serverTls(server.tls, proxy.namespace)! } : {};
  if (server.kind === 'https') {
    const filter = httpByRoutes(server.name ?? statPrefix, securedGatewayRoutes(bound), { edge: true });
    return [{ ...match, ...tls, filters: [filter] }];
  }
  const route = tcpRoute(mesh, proxy, bound);
  return route ? [{ ...match, ...tls, filters: [tcpByRoute(mesh, proxy, route, server.port)] }] : [];
}

/** Without them the proxy would wait for ever, and the other servers of the port with it. */
function hasCertificates({ secrets }: Mesh, { namespace }: ProxyNode, { tls }: GatewayServer): boolean {
  return !tls?.secrets.some((name) => secretProblem(secrets, { name, namespace }, tls.mode) !== undefined);
}

/** A lone star is every name, which Envoy writes as none. */
function namesMatch(names: readonly string[]): Pick<FilterChain, 'filterChainMatch'> {
  if (names.length === 0 || names.includes('*')) return {};
  return { filterChainMatch: { serverNames: [...new Set(names)].sort() } };
}

/** The tables of a Gateway that have one of a server's hosts. */
export function tablesOf(mesh: Mesh, proxy: ProxyNode, { gateway, server }: BoundServer): RouteTable[] {
  return inOrderFor(mesh, gateway.key, proxy.namespace).filter((table) => sharedHosts(table, server).size > 0);
}

/** The hosts that a table and a server have in common. */
export function sharedHosts(table: RouteTable, { hosts }: GatewayServer): Set<string> {
  const shared = new Set<string>();
  for (const { namespace, host } of hosts) {
    if (namespace !== '*' && namespace !== table.namespace) continue;
    for (const own of table.hosts) {
      const both = intersectHosts(own, host);
      if (both !== undefined) shared.add(both);
    }
  }
  return shared;
}

/** Nothing but the port tells TCP connections apart: the first route that holds takes them all. */
function tcpRoute(mesh: Mesh, proxy: ProxyNode, bound: BoundServer): L4Route | undefined {
  const where = whereOf(proxy, bound);
  for (const table of tablesOf(mesh, proxy, bound)) {
    const found = table.tcp.find(
      ({ matches }) => matches.length === 0 || matches.some((match) => holdsHere(match, table, where)),
    );
    if (found) return found;
  }
  return undefined;
}

function passthroughChains(mesh: Mesh, proxy: ProxyNode, bound: BoundServer, taken: Set<string>): FilterChain[] {
  const where = whereOf(proxy, bound);
  return tablesOf(mesh, proxy, bound).flatMap((table) =>
    table.tls.flatMap((route) =>
      route.matches
        .filter((match) => holdsHere(match, table, where))
        .flatMap(({ sniHosts = [] }): FilterChain[] => {
          // Of two chains for one name Envoy would take neither.
          const names = sniHosts.filter((name) => !taken.has(name));
          for (const name of names) taken.add(name);
          if (names.length === 0) return [];
          return [{ ...namesMatch(names), filters: [tcpByRoute(mesh, proxy, route, bound.server.port)] }];
        }),
    ),
  );
}

/** Source labels and namespaces are those of callers in the mesh: at a gateway they say nothing, as in Istio. */
function holdsHere({ gateways, port }: L4Match, table: RouteTable, where: Where): boolean {
  return holdsAt({ ...(gateways ? { gateways } : {}), ...(port ? { port } : {}) }, table, where);
}

function whereOf(proxy: ProxyNode, { gateway, server }: BoundServer): Where {
  return { proxy, gateway: gateway.key, port: server.port };
}
