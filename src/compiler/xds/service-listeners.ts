import { isIP } from 'node:net';
import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { l4TablesFor } from '../model/index-of.js';
import { isServerFirst, mayBeHttp } from '../model/protocol.js';
import type { ProxyNode } from '../model/proxy.js';
import { MESH_GATEWAY } from '../model/routes.js';
import type { EgressScope, SidecarScope } from '../model/sidecar-scope.js';
import type { Mesh, Protocol, Service, ServicePort } from '../model/types.js';
import { httpByRoutes } from './http-connection-manager.js';
import { type FilterChain, inspectionFor, PLAINTEXT_HTTP, RAW_BUFFER } from './inspectors.js';
import { cidrOf, l4Chains } from './l4-chains.js';
import { ANY_ADDRESS, BLACK_HOLE_CLUSTER, listenerName, PASSTHROUGH_CLUSTER, sniffedRoutes } from './names.js';
import type { ListenerInit } from './resource.js';
import { tcpToCluster } from './tcp-filter.js';
import { addressOf } from './values.js';

const LOOPBACK_ADDRESS = '127.0.0.1';

/** A listener while the services of its address and port are gathered. */
interface Draft {
  readonly address: string;
  readonly port: number;
  readonly listens: boolean;
  /** The egress listener that made it; another one leaves it alone. */
  readonly egress: EgressScope;
  /** Name of the route configuration for what is HTTP. */
  http?: string;
  readonly chains: FilterChain[];
}

/** The listeners to which captured connections are handed: one for each address and port at which services are found. */
export function serviceListeners(mesh: Mesh, proxy: ProxyNode, scope: SidecarScope): ListenerInit[] {
  const drafts = new Map<string, Draft>();
  for (const egress of scope.egress) {
    for (const service of egress.services) {
      for (const port of service.ports) addPort(drafts, mesh, proxy, egress, service, port);
    }
  }
  const rest = scope.outboundTrafficPolicy === 'ALLOW_ANY' ? PASSTHROUGH_CLUSTER : BLACK_HOLE_CLUSTER;
  return [...drafts.values()].map((draft) => finish(draft, rest));
}

function addPort(
  drafts: Map<string, Draft>,
  mesh: Mesh,
  proxy: ProxyNode,
  egress: EgressScope,
  service: Service,
  port: ServicePort,
): void {
  const { listener } = egress;
  const protocol = listener.protocol ?? port.protocol;
  const at = (address: string): Draft | undefined => draftAt(drafts, egress, address, port.number);
  if (protocol === 'http' || protocol === 'http2') {
    const draft = at(bindOf(egress, proxy) ?? ANY_ADDRESS);
    if (draft && !isBarred(draft, protocol)) draft.http ??= String(port.number);
    return;
  }
  const bind = bindOf(egress, proxy);
  const addresses = bind ? [bind] : listenAddresses(service);
  for (const address of addresses) {
    const draft = at(address);
    if (draft === undefined || isBarred(draft, protocol)) continue;
    const shared = address === ANY_ADDRESS;
    if (mayBeHttp(protocol)) {
      draft.http ??= shared || bind ? String(port.number) : sniffedRoutes(service.hostname, port.number);
    }
    const subnets = shared ? subnetsOf(service, port) : [];
    const target = { hostname: service.hostname, port: port.number, protocol, subnets, needsName: shared };
    // Addresses are looked at before what is spoken: chains that ask for one would take the HTTP to it as well.
    if (mayBeHttp(protocol) && subnets.length > 0) addChains(draft, [httpTo(draft, subnets)]);
    const where = { proxy, gateway: MESH_GATEWAY, port: port.number };
    const own = l4Chains(mesh, l4TablesFor(egress.routes, service.hostname), target, where);
    addChains(draft, mayBeHttp(protocol) ? own.flatMap(alsoWithoutTls) : own);
  }
}

/** Undefined where an earlier egress listener has that address and port. */
function draftAt(drafts: Map<string, Draft>, egress: EgressScope, address: string, port: number): Draft | undefined {
  const name = listenerName(address, port);
  const known = drafts.get(name);
  if (known) return known.egress === egress ? known : undefined;
  const draft: Draft = { address, port, listens: egress.listener.listens, egress, chains: [] };
  drafts.set(name, draft);
  return draft;
}

/** Undefined: the addresses of the services. */
function bindOf({ listener }: EgressScope, proxy: ProxyNode): string | undefined {
  if (!listener.listens) return listener.bind;
  // Without redirection all pods share the loopback address: each has its own of that network instead.
  const own = proxy.capture === 'none' ? proxy.ip : LOOPBACK_ADDRESS;
  return listener.bind === LOOPBACK_ADDRESS ? own : (listener.bind ?? own);
}

function listenAddresses({ addresses }: Service): readonly string[] {
  const hosts = addresses.filter((address) => !address.includes('/'));
  return hosts.length > 0 ? hosts : [ANY_ADDRESS];
}

/** What tells a service without an address of its own from others: its ranges, or each of its pods. */
function subnetsOf({ addresses, resolution }: Service, { endpoints }: ServicePort): readonly string[] {
  const ranges = addresses.filter((address) => address.includes('/'));
  if (ranges.length > 0 || resolution !== 'original') return ranges;
  return [...new Set(endpoints.map(({ address }) => address))].filter((address) => isIP(address) !== 0).sort();
}

/** Where servers speak first nothing can be sniffed, so that HTTP and TCP cannot share the port. */
function isBarred({ port, http, chains }: Draft, protocol: Protocol): boolean {
  if (!isServerFirst(port)) return false;
  return mayBeHttp(protocol) ? chains.length > 0 : http !== undefined;
}

/** Of two chains for the same connections the first holds; Envoy would refuse both. */
function addChains({ chains }: Draft, more: readonly FilterChain[]): void {
  const known = new Set(chains.map(matchKey));
  for (const chain of more) {
    const key = matchKey(chain);
    if (!known.has(key)) chains.push(chain);
    known.add(key);
  }
}

function matchKey({ filterChainMatch }: FilterChain): string {
  return JSON.stringify(filterChainMatch ?? {});
}

function finish({ address, port, listens, http, chains }: Draft, rest: string): ListenerInit {
  const name = listenerName(address, port);
  const sniffed = address === ANY_ADDRESS || chains.length > 0;
  const all = [...(http ? [httpChain(name, http, sniffed)] : []), ...chains];
  const takingAll = all.find(takesEverything);
  const matching = all.filter((chain) => chain !== takingAll);
  const passthrough: FilterChain = { name: 'PassthroughFilterChain', filters: [tcpToCluster(rest)] };
  return {
    name,
    address: addressOf(address, port),
    trafficDirection: TrafficDirection.OUTBOUND,
    ...(listens ? {} : { bindToPort: false }),
    ...inspectionFor(all),
    ...(matching.length > 0
      ? { filterChains: matching, defaultFilterChain: takingAll ?? passthrough }
      : { filterChains: all }),
  };
}

function takesEverything({ filterChainMatch }: FilterChain): boolean {
  return filterChainMatch === undefined;
}

/** What is left of the addresses that have a chain for HTTP without TLS. */
function alsoWithoutTls(chain: FilterChain): FilterChain[] {
  const { filterChainMatch } = chain;
  if (!filterChainMatch?.prefixRanges?.length) return [chain];
  return [{ ...chain, filterChainMatch: { ...filterChainMatch, transportProtocol: RAW_BUFFER } }, chain];
}

function httpTo({ address, port, http }: Draft, subnets: readonly string[]): FilterChain {
  const chain = httpChain(listenerName(address, port), http ?? String(port), true);
  return { ...chain, filterChainMatch: { ...chain.filterChainMatch, prefixRanges: subnets.map(cidrOf) } };
}

/** @param sniffed whether there may be something else than HTTP */
function httpChain(listener: string, routes: string, sniffed: boolean): FilterChain {
  const filters = [httpByRoutes(`outbound_${listener}`, routes, { edge: false })];
  return sniffed ? { filterChainMatch: PLAINTEXT_HTTP, filters } : { filters };
}
