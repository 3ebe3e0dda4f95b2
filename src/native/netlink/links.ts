import { ipv4Bytes } from '../address.js';
import { attribute, nested, textAttribute, u32Attribute } from './attributes.js';
import { Flag, type NetlinkMessage } from './message.js';

/** Messages about links for a route socket; see rtnetlink(7) and linux/if_link.h for the numbers. */
const RTM_NEWLINK = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFF_UP = 1;

/** `lo` has this index in every network. */
export const LOOPBACK_INDEX = 1;

/** A `struct ifinfomsg`; index 0: by name, or the kernel's choice. */
function linkHeader(index: number, up: boolean): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(up ? IFF_UP : 0, 8);
  header.writeUInt32LE(up ? IFF_UP : 0, 12);
  return header;
}

function link(type: number, flags: number, doing: string, ...parts: Buffer[]): NetlinkMessage {
  return { type, flags: Flag.ACK | flags, payload: Buffer.concat(parts), doing };
}

const NEW = Flag.CREATE | Flag.EXCLUSIVE;

/**
 * The hardware address of whoever has this IPv4 address, as container networks derive it. An address that wanders from one pod to
 * the next keeps it, and so does a bridge whose ports come and go; neighbours that remember it are never wrong.
 */
function hardwareAddress(ip: string): Buffer {
  return attribute(IFLA_ADDRESS, Buffer.concat([LOCAL_UNICAST, ipv4Bytes(ip)]));
}

/** Locally administered, so that it is nobody's. */
const LOCAL_UNICAST = Buffer.from([0x0a, 0x58]);

/**
 * @param index the index to have, so that later messages of one batch can name it
 * @param ip its first address
 */
export function createBridge(name: string, index: number, ip: string): NetlinkMessage {
  return link(
    RTM_NEWLINK,
    NEW,
    `create the bridge "${name}"`,
    linkHeader(index, true),
    textAttribute(IFLA_IFNAME, name),
    hardwareAddress(ip),
    nested(IFLA_LINKINFO, textAttribute(IFLA_INFO_KIND, 'bridge')),
  );
}

export interface VethSpec {
  /** The end in the socket's own network. */
  readonly name: string;
  /** Index of the bridge it belongs to. */
  readonly master?: number;
  /** The other end, in the network that the descriptor stands for. */
  readonly peer: { readonly name: string; readonly index: number; readonly namespace: number; readonly ip: string };
}

/** The near end is up; the peer is set up in its own network, since the kernel refuses it before the pair is complete. */
export function createVeth(spec: VethSpec): NetlinkMessage {
  const peer = attribute(
    VETH_INFO_PEER,
    Buffer.concat([
      linkHeader(spec.peer.index, false),
      textAttribute(IFLA_IFNAME, spec.peer.name),
      hardwareAddress(spec.peer.ip),
      u32Attribute(IFLA_NET_NS_FD, spec.peer.namespace),
    ]),
  );
  return link(
    RTM_NEWLINK,
    NEW,
    `create the link pair "${spec.name}"`,
    linkHeader(0, true),
    textAttribute(IFLA_IFNAME, spec.name),
    ...(spec.master === undefined ? [] : [u32Attribute(IFLA_MASTER, spec.master)]),
    nested(IFLA_LINKINFO, textAttribute(IFLA_INFO_KIND, 'veth'), nested(IFLA_INFO_DATA, peer)),
  );
}

export function setLinkUp(index: number): NetlinkMessage {
  return link(RTM_NEWLINK, 0, `set link ${index} up`, linkHeader(index, true));
}
