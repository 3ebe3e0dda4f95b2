import { isIP } from 'node:net';
import type { CidrRangeSchema } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type { L4Match, L4Route, Mesh, Protocol, RouteTable } from '../model/types.js';
import { holdsAt, type Where } from '../model/view.js';
import type { FilterChain } from './inspectors.js';
import { outboundCluster } from './names.js';
import type { Init } from './resource.js';
import { tcpByRoute, tcpToCluster } from './tcp-filter.js';
import { tcpSettings } from './tcp-settings.js';

const ADDRESS_BITS = { 4: 32, 6: 128 } as const;

export interface L4Target {
  readonly hostname: string;
  /** The service's own, to which connections go that no route is for. */
  readonly port: number;
  readonly protocol: Protocol;
  /** Ranges of addresses by which the service is told from others of the same listener; empty where its address is the listener's. */
  readonly subnets: readonly string[];
  /** Whether the service's name tells it from others of the same listener. */
  readonly needsName: boolean;
}

/** The filter chains of a port whose connections are not looked into: by the VirtualServices' routes, then to the service itself. */
export function l4Chains(mesh: Mesh, tables: readonly RouteTable[], target: L4Target, where: Where): FilterChain[] {
  return target.protocol === 'tls' ? tlsChains(mesh, tables, target, where) : tcpChains(mesh, tables, target, where);
}

function tlsChains(mesh: Mesh, tables: readonly RouteTable[], target: L4Target, where: Where): FilterChain[] {
  const chains = tables.flatMap((table) =>
    table.tls.flatMap((route) =>
      route.matches
        .filter((match) => holdsAt(match, table, where))
        .map((match) => chainTo(mesh, route, where, match.sniHosts ?? [], subnetsOf(match, target))),
    ),
  );
  if (chains.length > 0) return chains;
  const names = target.needsName ? [target.hostname] : [];
  return [chain(names, target.subnets, toService(mesh, target, where))];
}

function tcpChains(mesh: Mesh, tables: readonly RouteTable[], target: L4Target, where: Where): FilterChain[] {
  const chains: FilterChain[] = [];
  for (const table of tables) {
    for (const route of table.tcp) {
      const matches = route.matches.filter((match) => holdsAt(match, table, where));
      if (route.matches.length > 0 && matches.length === 0) continue;
      if (route.matches.length === 0 && !table.gateways.includes(where.gateway)) continue;
      const subnets = matches.flatMap((match) => match.destinationSubnets ?? []);
      const takesAll = matches.length === 0 || matches.some((match) => !match.destinationSubnets?.length);
      if (takesAll) return [...chains, chainTo(mesh, route, where, [], target.subnets)];
      chains.push(chainTo(mesh, route, where, [], subnets));
    }
  }
  return [...chains, chain([], target.subnets, toService(mesh, target, where))];
}

function subnetsOf({ destinationSubnets }: L4Match, { subnets }: L4Target): readonly string[] {
  return destinationSubnets?.length ? destinationSubnets : subnets;
}

function toService(mesh: Mesh, { port, hostname }: L4Target, { proxy }: Where): ReturnType<typeof tcpToCluster> {
  const settings = tcpSettings(mesh, proxy, { host: hostname, port });
  return tcpToCluster(outboundCluster(port, undefined, hostname), settings);
}

function chainTo(
  mesh: Mesh,
  route: L4Route,
  { port, proxy }: Where,
  names: readonly string[],
  subnets: readonly string[],
): FilterChain {
  return chain(names, subnets, tcpByRoute(mesh, proxy, route, port));
}

function chain(
  names: readonly string[],
  subnets: readonly string[],
  filter: ReturnType<typeof tcpToCluster>,
): FilterChain {
  const match = {
    // A lone star is every name, which Envoy writes as none.
    ...(names.length > 0 && !names.includes('*') ? { serverNames: [...new Set(names)].sort() } : {}),
    ...(subnets.length > 0 ? { prefixRanges: subnets.map(cidrOf) } : {}),
  };
  return { ...(Object.keys(match).length > 0 ? { filterChainMatch: match } : {}), filters: [filter] };
}

/** A lone address is a range of one. */
export function cidrOf(text: string): Init<typeof CidrRangeSchema> {
  const [addressPrefix = '', length] = text.split('/');
  const bits = isIP(addressPrefix) === 6 ? ADDRESS_BITS[6] : ADDRESS_BITS[4];
  return { addressPrefix, prefixLen: length === undefined ? bits : Number(length) };
}
