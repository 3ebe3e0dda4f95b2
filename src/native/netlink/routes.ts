import { ipv4Attribute, u32Attribute } from './attributes.js';
import { Flag, type NetlinkMessage } from './message.js';

/** Messages about addresses and routes for a route socket; numbers of linux/if_addr.h and linux/rtnetlink.h. */
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const AF_INET = 2;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
const NEW = Flag.ACK | Flag.CREATE | Flag.EXCLUSIVE;

/** @param link index of the link that gets the address */
export function addAddress(link: number, address: string, prefixLength: number): NetlinkMessage {
  const header = Buffer.from([AF_INET, prefixLength, 0, RT_SCOPE_UNIVERSE, 0, 0, 0, 0]);
  header.writeUInt32LE(link, 4);
  const payload = Buffer.concat([header, ipv4Attribute(IFA_LOCAL, address), ipv4Attribute(IFA_ADDRESS, address)]);
  return { type: RTM_NEWADDR, flags: NEW, payload, doing: `add the address ${address}/${prefixLength}` };
}

export interface RouteSpec {
  /** Absent: the default route. */
  readonly destination?: { readonly address: string; readonly prefixLength: number };
  /** Absent: the destination is on the link itself. */
  readonly gateway?: string;
  readonly link: number;
}

export function addRoute(spec: RouteSpec): NetlinkMessage {
  const scope = spec.gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const prefixLength = spec.destination?.prefixLength ?? 0;
  const header = Buffer.from([
    AF_INET,
    prefixLength,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_STATIC,
    scope,
    RTN_UNICAST,
    ...[0, 0, 0, 0],
  ]);
  const parts: Buffer[] = [header];
  if (spec.destination) parts.push(ipv4Attribute(RTA_DST, spec.destination.address));
  if (spec.gateway !== undefined) parts.push(ipv4Attribute(RTA_GATEWAY, spec.gateway));
  parts.push(u32Attribute(RTA_OIF, spec.link));
  const to = spec.destination ? `${spec.destination.address}/${prefixLength}` : 'default';
  return { type: RTM_NEWROUTE, flags: NEW, payload: Buffer.concat(parts), doing: `add the route ${to}` };
}
