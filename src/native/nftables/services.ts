import { ipv4Bytes, ipv4Number } from '../address.js';
import type { NetlinkMessage } from '../netlink/message.js';
import { destinationFromMap, rejects, returns, whenDestination, whenDestinationIn } from './expressions.js';
import {
  addElements,
  addFilterChain,
  addMap,
  addNatChain,
  addTable,
  appendRule,
  Hook,
  type MapElement,
  removeElements,
  transaction,
} from './messages.js';

/** One port of a service at its cluster IP, and where its connections end: what kube-proxy would do on a node. */
export interface ServiceRoute {
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly targets: readonly { readonly address: string; readonly port: number }[];
  /** Whether all connections of a pod go to one target (session affinity ClientIP). */
  readonly sticky: boolean;
}

export interface ServiceCaptureSpec {
  /** Addresses of services, CIDR: what no route leads on is refused. */
  readonly range: string;
  /** In that range but reached directly, such as the name server's. */
  readonly excludedAddresses: readonly string[];
}

const TABLE = 'trysail';
const MAP = 'services';
const NAT_PRIORITY = -100;
const FILTER_PRIORITY = 0;
const PROTOCOL_NUMBER = { tcp: 6, udp: 17 } as const;

/**
 * Each route has as many elements, one of which chance picks: a number that 1, 2, 3, 4, 6, 8 and 12 targets share evenly. Of more
 * targets a pod uses as many; which ones depends on its address.
 */
export const SLOTS = 24;

/** The rules by which a pod without a sidecar reaches services, as one transaction for a netfilter socket of its network. */
export function serviceRules({ range, excludedAddresses }: ServiceCaptureSpec): NetlinkMessage[] {
  return transaction([
    addTable(TABLE),
    addMap({ table: TABLE, name: MAP, keyBytes: 16, dataBytes: 8 }),
    addNatChain({ table: TABLE, name: 'services', hook: Hook.OUTPUT, priority: NAT_PRIORITY }),
    appendRule(TABLE, 'services', destinationFromMap(MAP, SLOTS)),
    addFilterChain({ table: TABLE, name: 'unserved', hook: Hook.OUTPUT, priority: FILTER_PRIORITY }),
    ...excludedAddresses.map((address) => appendRule(TABLE, 'unserved', [...whenDestination(address), returns()])),
    appendRule(TABLE, 'unserved', [...whenDestinationIn(range), rejects()]),
  ]);
}

/**
 * One route's change, as a transaction: what is there of it makes place for the new.
 * @param podIP of the pod, on which depends where its connections go
 * @param before whether the pod has elements of a route with the same address, protocol and port
 */
export function changeRoute(route: ServiceRoute, podIP: string, before: boolean): NetlinkMessage[] {
  const elements = elementsOf(route, podIP);
  const keys = Array.from({ length: SLOTS }, (_, slot) => keyOf(route, slot));
  return transaction([
    ...(before ? [removeElements(TABLE, MAP, keys)] : []),
    ...(elements.length > 0 ? [addElements(TABLE, MAP, elements)] : []),
  ]);
}

function elementsOf(route: ServiceRoute, podIP: string): MapElement[] {
  const { targets, sticky } = route;
  if (targets.length === 0) return [];
  const seed = ipv4Number(podIP);
  const favourite = sticky ? favouriteOf(route, seed) : undefined;
  return Array.from({ length: SLOTS }, (_, slot) => {
    const target = favourite ?? targets[(seed + slot) % targets.length]!;
    const data = Buffer.alloc(8);
    ipv4Bytes(target.address).copy(data);
    data.writeUInt16BE(target.port, 4);
    return { key: keyOf(route, slot), data };
  });
}

/** The target of the greatest hash together with the pod: it stays so when others come and go. */
function favouriteOf({ targets }: ServiceRoute, seed: number): ServiceRoute['targets'][number] | undefined {
  const weight = ({ address }: { readonly address: string }) => Math.imul(ipv4Number(address) ^ seed, 0x9e3779b1) >>> 0;
  return [...targets].sort((a, b) => weight(b) - weight(a))[0];
}

/** The parts lie in registers of four bytes each: numbers of the packet as they come, the chance in the machine's order. */
function keyOf({ address, protocol, port }: ServiceRoute, slot: number): Buffer {
  const key = Buffer.alloc(16);
  ipv4Bytes(address).copy(key);
  key[4] = PROTOCOL_NUMBER[protocol];
  key.writeUInt16BE(port, 8);
  key.writeUInt32LE(slot, 12);
  return key;
}
